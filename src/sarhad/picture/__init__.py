"""What it means: the fold of records into incidents, clocks, units, pledges.  Pure."""
