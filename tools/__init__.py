"""The commands; a package, so that no other folder called ``tools`` on the path gets in between."""
