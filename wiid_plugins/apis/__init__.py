"""From a trained checkpoint to use: what other programs call."""
