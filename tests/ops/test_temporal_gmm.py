"""The temporal mixture against OpenCV's MOG2, and the target it gives on clips with known truth."""

import cv2
import numpy as np
import pytest
import torch

from clips import disc_clip
from wiid_plugins.ops import temporal_gmm
from wiid_plugins.ops.clip_target import ClipTarget
from wiid_plugins.ops.saliency import SaliencyTarget
from wiid_plugins.ops.temporal_gmm import TemporalGMM, foreground
from wiid_plugins.transforms.target import mog2


def frames_of(clip):
    return (clip * 255).round().byte().permute(0, 2, 3, 1).numpy()


def iou(first, second):
    union = (first | second).sum()
    return 1.0 if union == 0 else float((first & second).sum() / union)


def agreement(clip, **parameters):
    """Mean IoU over the frames of a clip ``(T, 3, H, W)`` with MOG2."""
    expected = mog2(frames_of(clip), TemporalGMM(**parameters)) > 0
    got = foreground(clip[None], **parameters)[0].numpy() > 0
    return np.mean([iou(a, b) for a, b in zip(expected, got, strict=True)])


@pytest.mark.parametrize('noise', [0.0, 0.01, 0.03])
@pytest.mark.parametrize(
    'parameters',
    [
        {},
        dict(nmixtures=2),
        dict(nmixtures=3, backgroundRatio=0.7, history=8),
        dict(varThreshold=6.0, varThresholdGen=12.0, varInit=30.0, varMin=9.0, varMax=40.0),
        dict(complexityReductionThreshold=0.3),
    ],
)
def test_it_decides_as_mog2_does(noise, parameters):
    clip, _ = disc_clip(frames=24, noise=noise, seed=3)
    assert agreement(clip, **parameters) > 0.98


def test_on_pixels_that_change_at_random_it_decides_as_mog2_does():
    clip = torch.randint(0, 60, (20, 3, 24, 32), generator=torch.Generator().manual_seed(0)) / 255
    assert agreement(clip) > 0.98


def test_on_real_dark_clips_it_decides_as_mog2_does(real_data):
    found = []
    for path in sorted((real_data / 'arid_dark').rglob('*.mp4'))[::50]:
        video, frames = cv2.VideoCapture(str(path)), []
        while len(frames) < 32 and (read := video.read())[0]:
            frames.append(read[1][..., ::-1].copy())
        clip = torch.from_numpy(np.stack(frames)).permute(0, 3, 1, 2).float() / 255
        found.append(agreement(clip))
    assert len(found) == 5 and min(found) > 0.98


def test_clips_of_a_batch_do_not_meet():
    clips = torch.stack([disc_clip(seed=s, noise=0.02)[0] for s in range(3)])
    alone = torch.cat([foreground(clip[None]) for clip in clips])
    assert torch.equal(foreground(clips), alone)
    assert foreground(clips).shape == (3, 16, 64, 80) and clips.dtype == torch.float32


def test_neither_layout_nor_what_is_tracked_at_once_matters(monkeypatch):
    clips = torch.stack([disc_clip(seed=s, noise=0.03)[0] for s in range(3)])
    expected = foreground(clips)
    channels_last = clips.permute(0, 1, 3, 4, 2).contiguous().permute(0, 1, 4, 2, 3)
    assert torch.equal(foreground(channels_last), expected)
    monkeypatch.setattr(temporal_gmm, 'CPU_PIXELS', 2 * 64 * 80)
    assert torch.equal(foreground(clips), expected)


@pytest.mark.parametrize('wrong', [dict(nmixtures=1), dict(history=0)])
def test_what_is_no_mixture_is_refused(wrong):
    with pytest.raises(ValueError, match='TemporalGMM: nmixtures is 2 or more'):
        foreground(torch.zeros(1, 2, 3, 8, 8), **wrong)


@pytest.mark.parametrize('size', [(64, 80), (112, 112)])
@pytest.mark.parametrize(
    ('level', 'noise'), [(0.06, 0.004), (0.12, 0.012), (0.12, 0.03), (0.3, 0.02)]
)
def test_the_target_of_a_moving_disc_is_where_it_was(size, level, noise):
    clip, places = disc_clip(size=size, level=level, noise=noise, radius=size[0] // 8)
    target = ClipTarget()(foreground(clip[None]), clip[None])[0]
    assert iou(target, places.any(0)) > 0.8


def saliency_of(clip):
    return SaliencyTarget((0.5, 0.5))(clip[8][None])[0]


def test_where_nothing_moves_saliency_decides():
    clip, _ = disc_clip(moves=False, noise=0.004)
    target = ClipTarget(saliency=SaliencyTarget((0.5, 0.5)))(foreground(clip[None]), clip[None])
    assert torch.equal(target[0], saliency_of(clip))


def test_where_the_camera_moves_saliency_decides():
    texture = torch.rand(3, 64, 200, generator=torch.Generator().manual_seed(0)) * 0.4
    clip = torch.stack([texture[:, :, 6 * t : 6 * t + 80] for t in range(16)])
    target = ClipTarget(saliency=SaliencyTarget((0.5, 0.5)))(foreground(clip[None]), clip[None])
    assert torch.equal(target[0], saliency_of(clip))


def test_small_parts_are_not_target():
    clip, moving = torch.zeros(1, 8, 3, 100, 100), torch.zeros(1, 8, 100, 100)
    moving[:, 3, 10:12, 10:14] = 1
    moving[:, 3, 40:60, 40:60] = 1
    target = ClipTarget()(moving, clip)[0]
    assert not target[:20].any() and target[42:58, 42:58].all()
    assert target.sum() < 28 * 28
