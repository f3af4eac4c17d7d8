"""The fold rule of each kind of record."""
