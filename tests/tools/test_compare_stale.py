"""An old number is never shown as a new one."""

import importlib.metadata
import shutil
import sys
from pathlib import Path

import pytest

from tools import compare

TRAIN = """
import sys
from pathlib import Path
import wiid_plugins.part
folder = Path(sys.argv[3])
with open('calls', 'a') as calls:
    print('train', folder, *sys.argv[4:], Path(wiid_plugins.part.__file__).parts[-3], file=calls)
(folder / 'train/weights').mkdir(parents=True, exist_ok=True)
(folder / 'train/weights/last.pt').touch()
(folder / 'epoch_1.pth').touch()
(folder / 'last_checkpoint').write_text(str(folder / 'epoch_1.pth'))
if Path('meanwhile.py').exists():
    exec(Path('meanwhile.py').read_text())
"""
TEST = """
import json, sys
from pathlib import Path
with open('calls', 'a') as calls:
    print('test', sys.argv[2], file=calls)
if not Path('no_scores').exists():
    number = len([c for c in Path('calls').read_text().splitlines() if c.startswith('test')])
    top = Path(sys.argv[4])
    folder = (top if top.name == 'test' else top / 'test') / str(number)
    folder.mkdir(parents=True)
    (folder / 'log.json').write_text(json.dumps({'night/class_mean': number}))
"""
CONFIG = """
_base_ = 'base.py'
default_scope = 'mmpretrain'
steps = 1
load_from = 'start.pth'
custom_imports = dict(imports=['own_part'])
train_dataloader = dict(
    dataset=dict(type='A', data_root='data', ann_file='list.txt', data_prefix='pictures')
)
"""
FILES = {
    'some.py': CONFIG,
    'base.py': 'width = 8',
    'own_part.py': '',
    'start.pth': 'abc',
    'data/list.txt': 'one 1',
    'data/pictures/day/one.png': 'one',
    'checkout/tools/train.py': TRAIN,
    'checkout/tools/test.py': TEST,
    'checkout/tools/helper.py': '',
    'checkout/wiid_plugins/__init__.py': '',
    'checkout/wiid_plugins/part.py': '',
}


@pytest.fixture
def call(monkeypatch, tmp_path, capsys):
    """Call the tool in a small checkout; give its exit status and what it said.

    The n-th test that runs scores n, so that a number says when it was measured.
    """
    for name, text in FILES.items():
        Path(tmp_path, name).parent.mkdir(parents=True, exist_ok=True)
        Path(tmp_path, name).write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, 'own_part', raising=False)
    monkeypatch.setattr(compare, 'TOOLS', tmp_path / 'checkout/tools')

    def call(*arguments, configs=('some.py',), seeds=('0',), work_dir='work'):
        try:
            compare.main([*configs, '--seeds', *seeds, '--work-dir', work_dir, *arguments])
            status, fault = 0, ''
        except SystemExit as end:
            status, fault = (1, end.code) if isinstance(end.code, str) else (end.code, '')
        return status, fault + capsys.readouterr().out

    return call


def calls(what=''):
    lines = Path('calls').read_text().splitlines() if Path('calls').exists() else []
    return [line for line in lines if line.startswith(what)]


def edit(name, text):
    Path(name).parent.mkdir(exist_ok=True, parents=True)
    Path(name).write_text(text)


def stored(folder='work'):
    return {f: f.read_bytes() for f in Path(folder).rglob('*') if f.is_file()}


CHANGES = {
    'config': (lambda: edit('some.py', CONFIG + 'steps = 2'), 'config steps (1, now 2)'),
    '_base_': (lambda: edit('base.py', 'width = 9'), 'config width (8, now 9)'),
    'own module': (lambda: edit('own_part.py', 'x = 1'), 'code own_part'),
    'plugin': (lambda: edit('checkout/wiid_plugins/part.py', '#'), 'code wiid_plugins/part.py'),
    'tool': (lambda: edit('checkout/tools/train.py', TRAIN + '#'), 'code tools/train.py'),
    'tool gone': (lambda: Path('checkout/tools/helper.py').unlink(), 'tools/helper.py (gone)'),
    'code new': (lambda: edit('checkout/wiid_plugins/a/b.py', ''), 'wiid_plugins/a/b.py (new)'),
    'list': (lambda: edit('data/list.txt', 'one 2'), 'data data/list.txt'),  # of the same size
    'picture': (lambda: edit('data/pictures/day/two.png', ''), 'data data/pictures/day'),
    'class': (lambda: edit('data/pictures/night/1.png', ''), 'data data/pictures/night (new)'),
    'data gone': (lambda: shutil.rmtree('data'), 'data data/list.txt (gone)'),
    'weights': (lambda: edit('start.pth', 'abd'), 'data start.pth'),
    'no digest': (lambda: Path('work/some/seed0/digest.json').unlink(missing_ok=True), 'unknown'),
    'digest': (lambda: edit('work/some/seed0/digest.json', '{"config": '), 'unknown'),
    'digest of another form': (lambda: edit('work/some/seed0/digest.json', '[]'), 'unknown'),
}


@pytest.mark.parametrize('change', CHANGES)
def test_what_differs_is_named_and_nothing_is_shown_trained_or_lost(call, change):
    call()
    CHANGES[change][0]()
    before = stored()
    status, told = call()
    assert status == 1 and 'seed0' in told and CHANGES[change][1] in told
    assert 'class mean' not in told and stored() == before and len(calls('train')) == 1


def test_a_changed_option_is_refused_with_one_sentence_a_run(call):
    call(seeds=('0', '1'))
    status, told = call('--cfg-options', 'steps=2', seeds=('0', '1', '2'))
    assert status == 1 and told.count('config steps (1, now 2)') == len(told.splitlines()) == 2
    assert len(calls()) == 4


def test_another_torch_is_named_another_build_of_it_is_none(call, monkeypatch):
    call()
    real, torch = importlib.metadata.version, importlib.metadata.version('torch').split('+')[0]
    for other, expected in ((f'{torch}+cu999', 0), ('99.1', 1)):
        versions = {'torch': other}
        monkeypatch.setattr('importlib.metadata.version', lambda n, v=versions: v.get(n) or real(n))
        status, told = call()
        assert status == expected
    assert f'package torch ({torch}, now 99.1)' in told


def test_only_what_changes_the_composed_config_counts(call):
    call()
    edit('some.py', '# a comment\n' + CONFIG.replace('steps = 1', 'steps   =  1'))
    edit('base.py', 'width = 4 + 4  # the same')
    assert '| some | 1 | 1.0 |' in call('--cfg-options', 'steps=1')[1]
    assert call('--cfg-options', 'steps=1', 'width=9')[0] == 1


def test_a_copied_folder_of_another_seed_is_no_result(call):
    call()
    shutil.copytree('work/some/seed0', 'work/some/seed1')
    status, told = call(seeds=('0', '1'))
    assert status == 1 and 'randomness.seed (0, now 1)' in told


def test_a_copied_work_dir_shows_its_results_and_refuses_others(call):
    call()
    shutil.copytree('work', 'copy')
    assert '| 1 | 1.0 |' in call(work_dir='copy')[1]
    assert call('--cfg-options', 'steps=2', work_dir='copy')[0] == 1


def test_more_seeds_join_a_row_only_if_all_else_is_equal(call):
    call()
    assert '| some | 2 | 1.5 ± 0.7 |' in call(seeds=('0', '1'))[1]
    edit('checkout/wiid_plugins/part.py', 'x = 2')
    assert call(seeds=('0', '1', '2'))[0] == 1 and len(calls('train')) == 2


@pytest.mark.parametrize('name', ['images', 'labels'])
def test_pictures_and_labels_of_ultralytics_count_its_cache_does_not(call, name):
    data = "dict(path='data', train='images/train', val=['images/val'])"
    edit('some.py', f"default_scope = 'ultralytics'\ndata = {data}\n")
    for part in ('images', 'labels'):
        edit(f'data/{part}/train/1.txt', '0')
    call()
    edit('data/labels/train/new.cache', '')
    assert call()[0] == 0
    edit(f'data/{name}/train/1.txt', '00')
    status, told = call()
    assert status == 1 and f'call: data data/{name}/train; --again' in told
