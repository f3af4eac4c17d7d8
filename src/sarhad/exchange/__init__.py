"""How it crosses: partner queues, catch-up, release, receipts, witness, bundles."""
