"""Put the folders ``configs`` and ``tools`` into the built package; pyproject.toml says the rest."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

FOLDERS = ('configs', 'tools')


class BuildWithTools(build_py):
    """Copy both folders to ``wiid_plugins/.mim``, where mmengine looks for those of a package.

    An editable install gets no copy: there the package finds the folders beside it.
    """

    def run(self):
        """Build the package."""
        super().run()
        if not self.editable_mode:
            for folder in FOLDERS:
                target = Path(self.build_lib, 'wiid_plugins', '.mim', folder)
                shutil.rmtree(target, ignore_errors=True)  # of an earlier build
                shutil.copytree(folder, target, ignore=shutil.ignore_patterns('__pycache__'))


setup(cmdclass={'build_py': BuildWithTools})
