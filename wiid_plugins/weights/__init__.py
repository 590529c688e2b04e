"""Checkpoints of others in, read without running anything in them and converted; plain ones out."""
