"""TargetMask on clips: OpenCV's route gives what the device's route gives."""

import numpy as np
import torch

from clips import disc_clip
from wiid_plugins.ops.clip_target import ClipTarget
from wiid_plugins.ops.temporal_gmm import foreground
from wiid_plugins.transforms import TargetMask


def as_mmaction(*clips):
    frames = [f for clip in clips for f in (clip * 255).round().byte().permute(0, 2, 3, 1).numpy()]
    return dict(imgs=frames, num_clips=len(clips), clip_len=len(clips[0]))


def test_both_routes_agree():
    clips = torch.stack([disc_clip(seed=s, noise=0.02)[0] for s in range(2)])
    results = as_mmaction(*clips)
    before = [f.copy() for f in results['imgs']]
    mask = TargetMask('gmm')(results)['target_mask']
    assert mask.shape == (2, 64, 80) and mask.dtype == np.uint8
    target = ClipTarget()(foreground(clips), clips).numpy()
    assert (mask & target).sum() / (mask | target).sum() > 0.97
    assert all(np.array_equal(a, b) for a, b in zip(before, results['imgs'], strict=True))


def test_parameters_reach_opencv():
    clip, _ = disc_clip(noise=0.02)
    strict, lax = (
        TargetMask('gmm', gmm=dict(varThreshold=t))(as_mmaction(clip))['target_mask']
        for t in (9.0, 400.0)
    )
    assert strict.sum() != lax.sum()
