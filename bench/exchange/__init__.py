"""The exchange beside what the machine can do at most."""
