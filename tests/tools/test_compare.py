from pathlib import Path

import pytest

from tools import compare

TRAIN = """
import sys
from pathlib import Path
arguments = sys.argv[1:]
folder = Path(arguments[2])
with open(folder / 'calls', 'a') as calls:
    print('train', *arguments[3:], file=calls)
if 'break=1' in arguments or f'break={folder.name}' in arguments:
    sys.exit('no memory')
(folder / 'last_checkpoint').write_text('epoch_2.pth')
(folder / 'train/weights').mkdir(parents=True, exist_ok=True)
(folder / 'train/weights/last.pt').touch()
"""
TEST = """
import json, sys
from pathlib import Path
arguments = sys.argv[1:]
work_dir = Path(arguments[3])
folder = work_dir if work_dir.name != 'test' else work_dir.parent
with open(folder / 'calls', 'a') as calls:
    print('test', arguments[1], *arguments[4:], file=calls)
(folder / 'test/one').mkdir(parents=True, exist_ok=True)
if folder == work_dir:  # Ultralytics
    scores = {'results': {'night': {'all classes': {'mAP50': 30.0}}}}
    (folder / 'test/results.json').write_text(json.dumps(scores))
else:
    scores = {'night/class_mean': 50.0, 'night/top1': 60.0}
    (folder / 'test/one/log.json').write_text(json.dumps(scores))
"""


@pytest.fixture
def tools(monkeypatch, tmp_path):
    """Stand-ins for train.py and test.py that write down how they were called."""
    for name, text in (('train', TRAIN), ('test', TEST)):
        (tmp_path / 'tools').mkdir(exist_ok=True)
        (tmp_path / 'tools' / f'{name}.py').write_text(text)
    monkeypatch.setattr(compare, 'CHECKOUT', tmp_path)


def run(folder, *arguments, scope='mmpretrain', seeds=('0',)):
    config = folder / 'some.py'
    config.write_text(f"default_scope = '{scope}'")
    compare.main([str(config), '--seeds', *seeds, '--work-dir', str(folder / 'work'), *arguments])
    return folder / 'work' / 'some'


def test_every_seed_is_trained_then_tested_once(tools, tmp_path, capsys):
    for _ in range(2):  # the second time all is done
        options = ['--cfg-options', 'load_from=seed{seed}.pth', 'a=1']
        folder = run(tmp_path, *options, seeds=('0', '7'))
    assert '| some | 2 | 50.0 ± 0.0 |' in capsys.readouterr().out
    assert (folder / 'seed7/calls').read_text().splitlines() == [
        'train --cfg-options load_from=seed7.pth a=1 randomness.seed=7',
        'test epoch_2.pth --cfg-options a=1 randomness.seed=7',
    ]


def test_a_test_without_scores_is_an_error_and_no_result(tools, tmp_path):
    (tmp_path / 'tools/test.py').write_text('')
    with pytest.raises(SystemExit, match='seed0: the test wrote none of class_mean'):
        run(tmp_path)
    assert not (tmp_path / 'work/some/seed0/result.json').exists()


def test_ultralytics_has_its_own_seed_and_checkpoint(tools, tmp_path, capsys):
    folder = run(tmp_path, scope='ultralytics') / 'seed0'
    assert '| seeds | night mAP50 |' in capsys.readouterr().out
    train, test = (folder / 'calls').read_text().splitlines()
    assert train == 'train --cfg-options train.seed=0'
    assert test == f'test {folder / "train/weights/last.pt"} --cfg-options train.seed=0'


def test_a_broken_training_goes_on_from_its_last_checkpoint(tools, tmp_path):
    folder, options = tmp_path / 'work/some/seed0', ['--cfg-options', 'load_from=start.pth']
    with pytest.raises(SystemExit):
        run(tmp_path, *options, 'break=seed0')
    for name, text in (('last_checkpoint', 'epoch_1.pth'), ('epoch_1.pth', '')):
        (folder / name).write_text(text)
    with pytest.raises(SystemExit):
        run(tmp_path, *options, 'break=seed0')
    train = (folder / 'calls').read_text().splitlines()[-1]
    assert train.startswith('train --resume ') and train.endswith(
        '=seed0 randomness.seed=0 load_from=None'
    )


def test_a_failed_training_is_reported_with_its_log(tools, tmp_path):
    with pytest.raises(SystemExit, match=r'some.py, seed0: train failed.*train\.log'):
        run(tmp_path, '--cfg-options', 'break=1')
    assert 'no memory' in Path(tmp_path / 'work/some/seed0/train.log').read_text()


def test_a_failed_training_does_not_stop_the_others(tools, tmp_path, capsys):
    with pytest.raises(SystemExit, match='seed1: train failed'):
        run(tmp_path, '--cfg-options', 'break=seed1', seeds=('0', '1', '2'))
    told = capsys.readouterr()
    assert 'seed1: train failed' in told.err and '| some | 2 | 50.0 ± 0.0 |' in told.out


def test_interrupted_it_begins_no_other_training(tools, tmp_path, monkeypatch):
    def interrupted(*_args):
        raise KeyboardInterrupt

    monkeypatch.setattr('wiid_plugins.comparing.several.run', interrupted)
    with pytest.raises(SystemExit, match='the same command goes on'):
        run(tmp_path)
