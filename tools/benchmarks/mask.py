"""What the mask of clips costs on either route, for the job `gmm` of tools/benchmark.py."""

import tempfile
from pathlib import Path

import cv2
import numpy as np
import torch
from mmaction.structures import ActionDataSample
from mmcv.transforms import Compose
from mmengine.optim import OptimWrapper
from mmengine.registry import init_default_scope

from tools.benchmarks.timing import in_turn, ratio, spread, text
from wiid_plugins import config
from wiid_plugins.compose import read_config
from wiid_plugins.registry import MODELS
from wiid_plugins.transforms.target import TargetMask

CONFIG = config('act/r3d-r18_wiid_1xb8-10e_arid-dark.py')  # from scratch
SOURCE = (320, 240)  # width and height of the encoded clip, those of ARID


def mask_cost(clips: np.ndarray, device: str, rounds: int) -> dict:
    """Time the mask next to a training step on the device, and to what a worker does per clip.

    Args:
        clips: ``(N, T, H, W, 3)`` uint8 RGB, the batch of the step; the loader reads the first.
        device: Of the step; the loader works on the CPU.
        rounds: Timed steps, after one of warm-up; ten times as many of the loader's clips.
    """
    init_default_scope('mmaction')
    with tempfile.TemporaryDirectory() as folder:
        path = _encode(clips[0], Path(folder) / 'clip.mp4')
        jobs = _loader_jobs(path, *clips.shape[1:3])
        seconds = in_turn(jobs, 10 * rounds, 2, 'cpu', 'mask, loader')
    seconds |= in_turn(_device_jobs(clips, device), rounds, 1, device, 'mask, device')
    shares = {
        'device': ratio(seconds['device mask'], seconds['device']),
        'loader': ratio(seconds['loader mask'], seconds['loader']),
    }
    about = dict(size=clips.shape[2], batch=len(clips), frames=clips.shape[1], device=device)
    return dict(**about, seconds={k: spread(v) for k, v in seconds.items()}, shares=shares)


def _device_jobs(clips: np.ndarray, device: str) -> dict:
    """One WiiD step of a 3D ResNet-18, which makes the mask itself, and the mask alone."""
    torch.manual_seed(0)
    model = MODELS.build(read_config(CONFIG).model).to(device).train()
    optimizer = OptimWrapper(torch.optim.SGD(model.parameters(), lr=0.01))
    inputs = list(torch.from_numpy(clips).permute(0, 4, 1, 2, 3)[:, None].contiguous())
    samples = [ActionDataSample().set_gt_label(0) for _ in inputs]
    data = dict(inputs=inputs, dark=[clip // 8 for clip in inputs], data_samples=samples)
    day = torch.stack(inputs).to(device).float() / 255

    def step() -> None:
        model.train_step(data, optimizer)
        model.update_target()

    return {'device': step, 'device mask': lambda: model.data_preprocessor._target(day, None)}


def _loader_jobs(path: Path, frames: int, size: int) -> dict:
    """Decoding and resizing of one clip, and its mask by OpenCV."""
    load = Compose(
        [
            dict(type='wiid_plugins.OpenClip'),
            dict(type='SampleFrames', clip_len=frames, frame_interval=1, num_clips=1),
            dict(type='wiid_plugins.DecodeClip'),
            dict(type='Resize', scale=(size, size), keep_ratio=False),
        ]
    )
    video = dict(filename=str(path), start_index=0, modality='RGB')
    loaded, mask = load(dict(video)), TargetMask(method='gmm')
    return {'loader': lambda: load(dict(video)), 'loader mask': lambda: mask(dict(loaded))}


def _encode(frames: np.ndarray, path: Path) -> Path:
    code = cv2.VideoWriter_fourcc(*'mp4v')
    video = cv2.VideoWriter(str(path), code, 25, SOURCE)
    for frame in frames:
        video.write(cv2.resize(frame, SOURCE)[..., ::-1].copy())
    video.release()
    return path


def mask_table(cost: dict) -> str:
    """Format what :func:`mask_cost` gives."""
    shape = f'{cost["frames"]} x {cost["size"]} x {cost["size"]}'
    rows = ['\nwhat the mask costs; seconds, median (min..max)\n']
    rows += ['| route | seconds | mask alone | mask to it |', '|---|---|---|---|']
    for route, what in (
        ('device', f'WiiD step, {cost["batch"]} of {shape}, the mask in it'),
        ('loader', f'decode and resize, 1 of {shape}'),
    ):
        times = [text(cost['seconds'][name], 4) for name in (route, f'{route} mask')]
        share = text(cost['shares'][route], 3)
        rows.append(f'| {route}: {what} | {times[0]} | {times[1]} | {share} |')
    return '\n'.join(rows)
