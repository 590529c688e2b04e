"""Paths, links and tables of configs in the READMEs hold, and their prose fits the line."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCS = [ROOT / 'README.md', ROOT / 'data/README.md'] + sorted(
    [*ROOT.glob('configs/**/*.md'), *ROOT.glob('tools/**/*.md')]
)
FOLDERS = sorted(readme.parent for readme in ROOT.glob('configs/*/README.md'))
STEMS = {config.stem for config in ROOT.glob('configs/*/*.py')}
LINE = 100
each_doc = pytest.mark.parametrize('doc', DOCS, ids=lambda p: str(p.relative_to(ROOT)))


def prose(doc):
    """Lines outside of code."""
    inside = False
    for line in doc.read_text(encoding='utf-8').splitlines():
        if line.lstrip().startswith('```'):
            inside = not inside
        elif not inside:
            yield line


def expanded(path):
    """Paths with the braces of a shell filled in, other places to fill as ``*``."""
    path = re.sub(r'\$\{\w+\}|<\w+>|\.{3,}', '*', path)
    found = re.search(r'\{([^}]*)\}', path)
    if not found:
        return [path]
    words = found[1].split(',')
    return [p for w in words for p in expanded(path[: found.start()] + w + path[found.end() :])]


def anchors(doc):
    """The anchors that GitHub gives to headings."""
    titles = (line.lstrip('# ').lower() for line in prose(doc) if line.startswith('#'))
    return {re.sub(r'[^\w\- ]', '', title).replace(' ', '-') for title in titles}


@each_doc
def test_configs_that_are_named_exist(doc):
    text = doc.read_text(encoding='utf-8')
    paths = {
        p for found in re.findall(r'configs/[\w./*${},<>-]+?\.py\b', text) for p in expanded(found)
    }
    paths = {p for p in paths if '_mine' not in p}  # the reader's own
    assert [p for p in sorted(paths) if not any(ROOT.glob(p))] == []
    stems = set(re.findall(r'\b[a-z][\w-]*_\d+xb\d+-\d+e_[a-z\d]+(?:-[a-z\d]+)*', text))
    assert sorted(stems - STEMS) == []


@each_doc
def test_links_lead_somewhere(doc):
    dead = []
    for link in re.findall(r'\]\(([^)\s]+)\)', '\n'.join(prose(doc))):
        path, _, anchor = link.partition('#')
        target = doc.parent / path if path else doc
        if '://' not in link and not (
            target.exists() and (not anchor or anchor in anchors(target))
        ):
            dead.append(link)
    assert dead == []


@pytest.mark.parametrize('folder', FOLDERS, ids=lambda p: p.name)
def test_every_config_is_in_the_readme_of_its_folder(folder):
    text = (folder / 'README.md').read_text(encoding='utf-8')
    named = {
        p.split('/')[-1] for found in re.findall(r'[\w./*{},-]+', text) for p in expanded(found)
    }
    assert [
        config.name
        for config in sorted(folder.glob('*.py'))
        if not any(Path(config.name).match(n) for n in named if n.endswith('.py') and n != '*.py')
    ] == []


@each_doc
def test_prose_fits_the_line(doc):
    lines = (line for line in prose(doc) if not line.startswith('|'))
    assert [line for line in lines if len(line) > LINE] == []
