"""Published checkpoints in: they are read without running anything in them, and converted."""
