"""What is said: record types, identifiers, bytes, the signed envelope.  Pure."""
