"""A checkout of stand-ins, to call compare.py in."""

from pathlib import Path

TRAIN = """
import sys
from importlib.util import find_spec
from pathlib import Path
folder = Path(sys.argv[3])
last = folder / 'last_checkpoint'
named = last.read_text() if last.exists() else ''
with open('calls', 'a') as calls:
    checkout = Path(find_spec('wiid_plugins').origin).parts[-3]
    print('train', folder, *sys.argv[4:], named, checkout, file=calls)
(folder / 'train/weights').mkdir(parents=True, exist_ok=True)
(folder / 'train/weights/last.pt').touch()
(folder / 'epoch_1.pth').touch()
last.write_text(str(folder / 'epoch_1.pth'))
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


def calls(what=''):
    lines = Path('calls').read_text().splitlines() if Path('calls').exists() else []
    return [line for line in lines if line.startswith(what)]


def edit(name, text):
    Path(name).parent.mkdir(exist_ok=True, parents=True)
    Path(name).write_text(text)


def stored(folder='work'):
    return {f: f.read_bytes() for f in Path(folder).rglob('*') if f.is_file()}
