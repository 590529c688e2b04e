"""Files about the project agree with the package."""

import re
from pathlib import Path

import pytest
import yaml

import wiid_plugins

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize('name', ['ruff', 'codespell'])
def test_hooks_run_the_versions_that_lint_runs(name):
    (pinned,) = re.findall(f'"{name}==(.*)"', (ROOT / 'pyproject.toml').read_text())
    hooks = yaml.safe_load((ROOT / '.pre-commit-config.yaml').read_text())['repos']
    assert [r['rev'] for r in hooks if f'/{name}' in r['repo']] == [f'v{pinned}']


def test_the_citation_is_of_this_version():
    citation = yaml.safe_load((ROOT / 'CITATION.cff').read_text())
    assert citation['version'] == wiid_plugins.__version__
    assert {'cff-version', 'message', 'title', 'authors', 'license'} <= set(citation)


def test_the_changelog_has_this_version():
    assert f'\n## [{wiid_plugins.__version__}]' in (ROOT / 'CHANGELOG.md').read_text()
