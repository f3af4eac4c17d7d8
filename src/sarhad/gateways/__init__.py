"""How others talk: one folder for each outside format."""
