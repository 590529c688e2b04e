"""The method's equations as batched torch functions: any device, no registry, no toolbox."""
