"""The desk under load, beside a bare map with the same points in the same run."""
