"""Drills: scenarios read from files, played at running desks, and scored from proved times."""
