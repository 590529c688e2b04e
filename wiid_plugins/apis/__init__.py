"""From a checkpoint to its use."""
