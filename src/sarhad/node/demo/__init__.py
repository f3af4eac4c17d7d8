"""The founding case, played between two real nodes on one machine."""
