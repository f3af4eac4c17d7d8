"""Who does it: an officer's act, checked, signed, appended, folded, told."""
