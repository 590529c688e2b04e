"""From a checkpoint to use."""
