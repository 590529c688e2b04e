"""The job `gmm` of tools/benchmark.py: the temporal mixture against OpenCV's, and the mask's cost."""

import argparse

import cv2
import numpy as np
import torch

from tools.benchmarks.timing import in_turn, ratio, spread, text
from wiid_plugins.ops.temporal_gmm import TemporalGMM, foreground
from wiid_plugins.transforms.target import mog2


def gmm(args: argparse.Namespace) -> list[dict]:
    """Time the temporal mixture on the device against OpenCV's MOG2, frame by frame."""
    if args.device == 'cuda' and not torch.cuda.is_available():
        raise ValueError('--device cuda: torch sees no GPU; use --device cpu')
    cv2.setNumThreads(torch.get_num_threads())
    results = []
    for size in args.size:
        clips = made_up(args.batch, args.frames, size)
        images = to_unit(clips).to(args.device)
        jobs = {
            'MOG2': lambda clips=clips: [mog2(clip, TemporalGMM()) for clip in clips],
            'foreground': lambda images=images: foreground(images),
        }
        seconds = in_turn(jobs, args.rounds, 2, args.device, f'{size} px')
        rates = {name: spread([args.batch / s for s in each]) for name, each in seconds.items()}
        about = dict(size=size, batch=args.batch, frames=args.frames, device=args.device)
        to_mog2 = ratio(seconds['foreground'], seconds['MOG2'])
        results.append(dict(**about, clips_per_s=rates, seconds_to_mog2=to_mog2))
    print(_table(results))
    from tools.benchmarks.mask import mask_cost, mask_table  # mmaction2 is optional

    clips = made_up(args.batch, args.frames, args.size[0])
    results[0]['mask'] = mask_cost(clips, args.device, min(args.rounds, 2))
    print(mask_table(results[0]['mask']))
    return results


def made_up(number: int, frames: int, size: int) -> np.ndarray:
    """Dark noisy clips in which a square moves, ``(N, T, H, W, 3)`` uint8."""
    draw = np.random.default_rng(0)
    clips = draw.integers(0, 60, (number, 1, size, size, 3)).repeat(frames, 1)
    side = size // 5
    for frame in range(frames):
        left = frame * (size - side) // max(frames - 1, 1)
        clips[:, frame, size // 3 : size // 3 + side, left : left + side] = 110
    return (clips + draw.normal(0, 2, clips.shape)).clip(0, 255).astype(np.uint8)


def to_unit(clips: np.ndarray) -> torch.Tensor:
    """Give them as the preprocessor does: ``(N, T, 3, H, W)`` in [0, 1], (N, 3, T, H, W) in memory."""
    planes = torch.from_numpy(clips).permute(0, 4, 1, 2, 3).contiguous()
    return (planes.float() / 255).transpose(1, 2)


def _table(results: list[dict]) -> str:
    rows = ['\nclips per second; median (min..max)\n']
    rows += ['| clips | MOG2 | foreground | seconds to MOG2 |', '|---|---|---|---|']
    for r in results:
        rates = [text(r['clips_per_s'][name], 1) for name in ('MOG2', 'foreground')]
        shape = f'{r["batch"]} of {r["frames"]} x {r["size"]} x {r["size"]}'
        rows.append(f'| {shape} | {rates[0]} | {rates[1]} | {text(r["seconds_to_mog2"])} |')
    return '\n'.join(rows)
