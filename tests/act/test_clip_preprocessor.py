"""PairedClipPreprocessor: no flicker, tubes, what moves as target, stock results elsewhere."""

import numpy as np
import pytest
import torch
from mmaction.registry import TRANSFORMS as MMACTION
from mmengine.registry import init_default_scope

from act_toy import ALL, SHAPES, batch_of, clip_of, norm_of
from clips import disc_clip
from wiid_plugins.act import PairedClipPreprocessor
from wiid_plugins.registry import MODELS
from wiid_plugins.transforms import PackTwin, TargetMask

NAMES = ('i3d', 'tsn')
QUIET = dict(shot_noise=(1e-12, 1e-12), bits=(16,))
ROUNDING = 5e-3  # of the converter, near black, after enhancement


def views_of(name, **kwargs):
    init_default_scope('mmaction')
    torch.manual_seed(0)
    return PairedClipPreprocessor(norm_of(name), **kwargs)


def frames_of(clips):
    """(N, frames, 3, H, W) of either layout."""
    return clips.transpose(2, 3).flatten(1, 2) if clips.ndim == 6 else clips


@pytest.mark.parametrize('name', NAMES)
@pytest.mark.parametrize('enhance', [None, dict()])
def test_the_night_of_a_static_clip_does_not_flicker_and_its_noise_is_fresh(name, enhance):
    batch = dict(inputs=[clip_of(name, s, noise=0, moves=False) for s in range(2)])
    quiet = frames_of(views_of(name, darken=QUIET, enhance=enhance).draw(batch).night)
    assert torch.allclose(quiet, quiet[:, :1].expand_as(quiet), atol=ROUNDING)
    ratio = (quiet / frames_of(views_of(name).draw(batch).day)).mean((1, 2, 3, 4))
    assert not torch.isclose(*ratio, rtol=1e-3)  # a draw per clip
    noisy = frames_of(views_of(name, darken=dict(shot_noise=(0.01, 0.012))).draw(batch).night)
    assert (noisy[:, 0] != noisy[:, 1]).any()


@pytest.mark.parametrize('name', NAMES)
def test_frames_keep_their_place_in_time_and_colour(name):
    batch = batch_of(name)
    drawn = views_of(name, darken=dict(exposure=(0.5, 0.5), **QUIET)).draw(batch)
    assert drawn.day.shape == drawn.night.shape == (3, *SHAPES[name])
    day, night = frames_of(drawn.day), frames_of(drawn.night)
    assert torch.equal(drawn.day, torch.stack(batch['inputs']) / 255)
    for sample in range(3):
        for t in range(day.shape[1]):
            apart = (day[sample] - day[sample, t]).abs().sum((1, 2, 3))
            found = (night[sample] - night[sample, t]).abs().sum((1, 2, 3))
            assert (apart.argsort()[:1] == t) and (found.argsort()[:1] == t)


@pytest.mark.parametrize('name', NAMES)
def test_regions_are_tubes_shared_by_all_views(name):
    batch = batch_of(name, n=6, dark=True)
    day, night, dark = views_of(name, **ALL)(batch, True)['inputs']
    assert day.shape == night.shape == dark.shape == (6, *SHAPES[name])
    hidden = (frames_of(day) == 0).all(2)
    assert torch.equal(hidden, hidden[:, :1].expand_as(hidden))
    assert torch.equal(hidden, (frames_of(night) == 0).all(2))
    assert torch.equal(hidden, (frames_of(dark) == 0).all(2))
    assert hidden.any() and not hidden.all()


def test_the_target_is_what_moves_or_what_the_loader_says():
    clip, places = disc_clip(16, (48, 64), level=0.5, radius=7)
    batch = dict(inputs=[(clip * 255).round().byte().transpose(0, 1)[None]])
    views = views_of('i3d', regions=dict())
    target, swept = views.draw(batch).target, places.any(0)[None]
    assert (target & swept).sum() / (target | swept).sum() > 0.6
    masks = torch.zeros(2, 48, 64, dtype=torch.uint8)
    masks[0, :10], masks[1, -10:] = 1, 1
    given = views.draw(dict(batch, target_mask=[masks])).target
    assert torch.equal(given[0], masks.any(0))


def test_several_clips_of_a_sample_share_one_light_and_the_union_of_their_targets():
    clips = [disc_clip(8, (48, 64), level=0.5, seed=3, noise=0, moves=m)[0] for m in (True, False)]
    inputs = (torch.stack(clips) * 255).round().byte().transpose(1, 2)
    both = views_of('i3d', darken=QUIET, regions=dict()).draw(dict(inputs=[inputs]))
    first = views_of('i3d', regions=dict()).draw(dict(inputs=[inputs[:1]]))
    assert (both.target | ~first.target).all()
    shared = torch.isclose(both.day[0, 0], both.day[0, 1])
    assert torch.allclose(both.night[0, 0][shared], both.night[0, 1][shared], atol=ROUNDING)


@pytest.mark.parametrize('name', NAMES)
def test_outside_training_the_stock_preprocessor_gets_the_batch(name):
    init_default_scope('mmaction')
    stock = MODELS.build(norm_of(name))(batch_of(name))['inputs']
    assert torch.equal(views_of(name, **ALL)(batch_of(name))['inputs'], stock)
    alone = views_of(name)(batch_of(name), True)['inputs']
    assert torch.equal(alone.day, stock) and alone.night is None and alone.dark is None


def test_dark_clips_are_enhanced_as_a_whole():
    batch = batch_of('i3d', dark=True)
    dark = views_of('i3d', enhance=dict()).draw(batch).dark
    plain = torch.stack(batch['dark']) / 255
    assert dark.mean() > plain.mean() + 0.1
    order = plain[0].flatten().argsort()
    assert (dark[0].flatten()[order].diff() >= -1e-6).all()  # one monotone curve for all frames


def test_the_loaders_mask_comes_through_packing():
    init_default_scope('mmaction')
    frames = clip_of('i3d')[0].transpose(0, 1).permute(0, 2, 3, 1).numpy()
    results = dict(imgs=list(frames), num_clips=1, clip_len=len(frames), label=1)
    results = TargetMask('gmm')(results)
    results = MMACTION.build(dict(type='FormatShape', input_format='NCTHW'))(results)
    packed = PackTwin(pack=dict(type='PackActionInputs'))(results)
    assert np.array_equal(packed['inputs'], clip_of('i3d'))
    batch = {key: [value] for key, value in packed.items()}
    drawn = views_of('i3d', regions=dict()).draw(batch)
    assert torch.equal(drawn.target, packed['target_mask'].bool()) and drawn.target.any()


def test_clips_of_several_sizes_are_named():
    batch = batch_of('i3d', n=2)
    batch['inputs'][1] = batch['inputs'][1][..., :30]
    with pytest.raises(ValueError, match='Resize or crop to one size'):
        views_of('i3d', darken=dict())(batch, True)
