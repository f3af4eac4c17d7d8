"""The region package: its manifest, its border line, and the ground that each side keeps."""
