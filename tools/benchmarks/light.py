"""The jobs `enhance` and `darken` of tools/benchmark.py: the tool against its network alone."""

import argparse
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from functools import partial
from io import StringIO
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch

from tools import darken as darken_tool
from tools import enhance as enhance_tool
from tools.benchmarks.timing import in_turn, ratio, spread, text
from wiid_plugins.relight.images import write_picture
from wiid_plugins.relight.light import to_unit
from wiid_plugins.translation import Light, build_darkener, build_enhancer
from wiid_plugins.translation.cut_generator import Generator
from wiid_plugins.translation.zero_dce import CurveNetwork

NETWORKS = {'zero-dce': CurveNetwork, 'cut': Generator}


def enhance(args: argparse.Namespace) -> list[dict]:
    """Time tools/enhance.py, files to files, against its network on pictures in memory."""
    return _compare(args, build_enhancer, enhance_tool.main)


def darken(args: argparse.Namespace) -> list[dict]:
    """Time tools/darken.py, files to files, against its network on pictures in memory."""
    return _compare(args, build_darkener, darken_tool.main)


def add_options(job: argparse.ArgumentParser, methods: tuple[str, ...]) -> None:
    """Add the options of either job; ``methods[-1]`` is the default."""
    job.add_argument('--method', choices=methods, default=methods[-1])
    about = 'default: random weights of the published architecture'
    job.add_argument('--weights', type=Path, metavar='FILE', help=about)
    job.add_argument('--size', type=int, default=256, help='px')
    job.add_argument('--batch', type=int, nargs='+', default=[1, 4], help='pictures at a time')
    job.add_argument('--images', type=int, default=64, help='pictures per round')
    job.add_argument('--jpeg', action='store_true', help='JPEG files out, not PNG')
    job.add_argument('--device', choices=['cpu', 'cuda'], default='cpu')
    job.add_argument('--rounds', type=int, default=3)


def _compare(args: argparse.Namespace, build: Callable[..., Light], tool: Callable) -> list[dict]:
    if args.device == 'cuda' and not torch.cuda.is_available():
        raise ValueError('--device cuda: torch sees no GPU; use --device cpu')
    results = []
    with TemporaryDirectory() as folder:
        pixels = write_pictures(Path(folder, 'in'), args.images, args.size)
        images = to_unit(pixels, args.device)
        options = _method(args, Path(folder))
        light = build(**options)
        for batch in args.batch:
            convert = partial(_convert, tool, args, options, Path(folder), batch, count())
            jobs = {'network': partial(_network, light, images, batch), 'tool': convert}
            seconds = in_turn(jobs, args.rounds, 1, args.device, f'batch {batch}')
            results.append(_result(seconds, batch, args))
    print(_table(results, args))
    return results


def write_pictures(folder: Path, number: int, size: int) -> np.ndarray:
    """Write smooth pictures with a little noise, as PNG; give them, ``(N, H, W, 3)`` uint8 RGB."""
    draw = torch.Generator().manual_seed(0)
    coarse = torch.rand(number, 3, 8, 8, generator=draw) * 0.3
    smooth = torch.nn.functional.interpolate(coarse, size=(size, size), mode='bicubic')
    noisy = smooth + 0.01 * torch.randn(smooth.shape, generator=draw)
    pixels = (noisy.clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).contiguous().numpy()
    for index, picture in enumerate(pixels):
        write_picture(picture, folder / f'{index}.png')
    return pixels


def _method(args: argparse.Namespace, folder: Path) -> dict:
    if args.method == 'procedural' or args.weights:
        weights = args.weights
    else:
        weights = folder / 'random.pth'
        torch.save(NETWORKS[args.method]().state_dict(), weights)
    return dict(method=args.method, **({} if weights is None else {'weights': weights}))


@torch.inference_mode()
def _network(light: Light, images: torch.Tensor, batch: int) -> None:
    for part in images.split(batch):
        light(part)


def _convert(tool, args, options: dict, folder: Path, batch: int, rounds: count) -> None:
    command = [str(folder / 'in'), str(folder / f'batch{batch}_round{next(rounds)}')]
    command += ['--batch', str(batch), '--device', args.device]
    command += [f'--{name}={value}' for name, value in options.items()] + ['--jpeg'] * args.jpeg
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()) as errors:
        status = tool(command)
    if status:
        raise ValueError(f'the tool ended with {status}: {errors.getvalue()[-500:]}')


def _result(seconds: dict[str, list[float]], batch: int, args: argparse.Namespace) -> dict:
    rates = {k: spread([args.images / s for s in v]) for k, v in seconds.items()}
    share = ratio(seconds['network'], seconds['tool'])
    about = dict(method=args.method, size=args.size, batch=batch, device=args.device)
    return dict(**about, images_per_s=rates, tool_to_network=share)


def _table(results: list[dict], args: argparse.Namespace) -> str:
    rows = [f'\n{args.method}, {args.size} px, {args.images} pictures; median (min..max)\n']
    rows += [
        '| batch | network alone, images/s | tool, images/s | tool / network |',
        '|---|---|---|---|',
    ]
    for r in results:
        rates = [text(r['images_per_s'][name], 1) for name in ('network', 'tool')]
        rows.append(f'| {r["batch"]} | {rates[0]} | {rates[1]} | {text(r["tool_to_network"])} |')
    best = max(results, key=lambda r: r['images_per_s']['tool']['median'])
    return '\n'.join([*rows, f'\nbest batch of the tool: {best["batch"]}'])
