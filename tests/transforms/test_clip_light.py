"""Darken and Enhance on mmaction2's clips: one light for all frames, RGB."""

import numpy as np
import torch

from clips import disc_clip
from pictures import seeded
from wiid_plugins.transforms import Darken, Enhance
from wiid_plugins.translation import build_darkener, build_enhancer


def clip_of(level, **kwargs):
    clip, _ = disc_clip(6, (32, 40), level=level, **kwargs)
    return clip, list((clip * 255).round().byte().permute(0, 2, 3, 1).numpy())


def worst_level(frames, clip):
    got = torch.from_numpy(np.stack(frames)).permute(0, 3, 1, 2)
    return float((got - clip * 255).abs().max())


def test_enhance_fits_one_curve_to_the_clip_and_keeps_the_colours():
    clip, frames = clip_of(0.08)
    before = [f.copy() for f in frames]
    results = Enhance(key='imgs')(dict(imgs=frames, num_clips=1))
    assert worst_level(results['imgs'], build_enhancer().for_clip(clip)(clip)) <= 0.501
    assert all(np.array_equal(a, b) for a, b in zip(before, frames, strict=True))
    assert all(f.dtype == np.uint8 and f.flags.c_contiguous for f in results['imgs'])
    assert results['num_clips'] == 1 and np.mean(results['imgs']) > np.mean(frames) + 50


def test_darken_draws_once_for_the_clip_and_repeats_by_seed():
    clip, frames = clip_of(0.5)
    results = Darken(out='imgs', seed=4)(dict(imgs=frames, sample_idx=2))
    wanted = build_darkener().for_clip(clip, seeded(6))(clip)
    assert worst_level(results['imgs'], wanted) <= 1.001
    again = Darken(out='imgs', seed=4)(dict(imgs=frames, sample_idx=2))
    np.testing.assert_array_equal(results['imgs'], again['imgs'])


def test_a_static_clip_does_not_flicker():
    _, frames = clip_of(0.5, noise=0, moves=False)
    night = Darken(out='imgs', shot_noise=(1e-12, 1e-12))(dict(imgs=frames))['imgs']
    for clip in (night, Enhance(key='imgs')(dict(imgs=night))['imgs']):
        levels = np.stack(clip).astype(int)
        assert np.abs(levels - levels[0]).max() <= 1  # rounding
