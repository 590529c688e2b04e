"""Timing in turn, and what is printed of it, for tools/benchmark.py."""

import time
from collections.abc import Callable, Sequence
from statistics import median

import torch
from tqdm import tqdm


def in_turn(
    jobs: dict[str, Callable[[], object]], rounds: int, warmup: int, device: str, title: str
) -> dict[str, list[float]]:
    """Run all jobs once per round; give the seconds of each job and round, without the warm-up.

    A job that returns a float has timed itself.
    """
    seconds: dict[str, list[float]] = {name: [] for name in jobs}
    for index in tqdm(range(-warmup, rounds), desc=title, unit='round'):
        for name, job in jobs.items():
            _wait(device)
            start = time.perf_counter()
            own = job()
            _wait(device)
            spent = own if isinstance(own, float) else time.perf_counter() - start
            if index >= 0:
                seconds[name].append(spent)
    return seconds


def _wait(device: str) -> None:
    if device == 'cuda':
        torch.cuda.synchronize()


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median, least and greatest of some values."""
    return dict(median=median(values), min=min(values), max=max(values))


def ratio(over: Sequence[float], under: Sequence[float]) -> dict[str, float]:
    """Spread of the ratios of each round."""
    return spread([a / b for a, b in zip(over, under, strict=True)])


def text(values: dict[str, float], digits: int = 2) -> str:
    """Format a spread as `median (min..max)`."""
    middle, low, high = (f'{values[k]:.{digits}f}' for k in ('median', 'min', 'max'))
    return f'{middle} ({low}..{high})'
