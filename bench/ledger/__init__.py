"""What the ledger costs, beside what the machine can do."""
