"""browse_pairs and compare_light read configs of Ultralytics too."""

import cv2
import pytest
import torch
from mmengine.config import Config

from tools import browse_pairs, compare_light
from wiid_plugins.visualization import sheet
from wiid_plugins.yolo.drawn import drawn_batches
from wiid_plugins.yolo.views import GREY
from yolo_toy import write_config, write_set


@pytest.fixture(scope='module')
def config(tmp_path_factory):
    return write_config(write_set(tmp_path_factory.mktemp('set')))


def test_masks_hide_the_same_cells_of_both_views_and_leave_the_whole_batch_alone(config):
    whole, masked = next(drawn_batches(Config.fromfile(config), 4, seed=0))
    hidden = (masked['night'] == GREY).all(1)  # by day padding is grey too
    assert hidden.any() and not hidden.all()
    for view in ('img', 'night'):
        kept = torch.where(hidden[:, None], GREY, whole[view])
        assert torch.equal(masked[view], kept) and not torch.equal(whole[view], kept)
    assert whole['dark'].shape == (4, 3, 64, 64) and len(whole['bboxes']) == len(whole['cls'])


def test_the_seed_decides_what_is_drawn(config):
    first, same, other = (
        next(drawn_batches(Config.fromfile(config), 4, seed))[0]['img'] for seed in (3, 3, 4)
    )
    assert torch.equal(first, same) and not torch.equal(first, other)


def test_the_sheet_has_a_column_per_view_with_boxes_but_for_the_dark(config, tmp_path):
    out = tmp_path / 'pairs.png'
    assert browse_pairs.main([str(config), '--out', str(out), '--count', '3']) == 0
    height, width, _ = cv2.imread(str(out)).shape
    cell = 64 * 2 + 4
    assert (height - 24 - 4, width - 4) == (3 * cell, 5 * cell)
    shown = sheet.columns(Config.fromfile(config), 3, seed=0)
    yellow = torch.tensor([1.0, 1.0, 0.0]).view(3, 1, 1)
    framed = {k: bool((v == yellow).all(1).any()) for k, v in shown.items()}
    views = ('day', 'night', 'day_masked', 'night_masked')
    assert framed == dict.fromkeys(views, True) | {'dark': False}


def test_the_light_is_measured_and_follows_the_darkening(config, capsys):
    noise = []
    for bounds in ('(1e-6,1e-6)', '(0.01,0.012)'):
        options = ['--count', '16', '--cfg-options', f'wiid.darken.shot_noise={bounds}']
        assert compare_light.main([str(config), *options]) == 0
        row = capsys.readouterr().out.splitlines()[-1]
        noise.append([float(cell.split()[0]) for cell in row.split('|')[2:5]])
    (day, quiet, _), (same_day, noisy, _) = noise
    assert noisy > 2 * quiet and same_day == day


@pytest.mark.parametrize(
    ('option', 'message'),
    [
        ('wiid.darken=None', 'tiny.py: trains on single views'),
        ('wiid.aux.mmd=None', 'has no dark pictures to compare; it needs wiid.darken, wiid.dark'),
        ('wiid.dark=nowhere', 'nowhere: no picture here'),
        ('data.path=nowhere', 'nowhere/images/train: there is no such folder'),
    ],
)
def test_what_cannot_be_compared_is_named(config, option, message):
    with pytest.raises(SystemExit, match=message):
        compare_light.main([str(config), '--cfg-options', option])
