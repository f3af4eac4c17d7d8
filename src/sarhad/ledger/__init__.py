"""Where it is kept: Merkle tree, checkpoints, countersignatures, stores, fsck."""
