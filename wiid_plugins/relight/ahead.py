"""Work ahead in a pool, in order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

MOST_PIXELS = 2**25  # ahead of who asks, unless one picture has more

In = TypeVar('In')
Out = TypeVar('Out')


def _unknown(_: object) -> int:
    return 0


def ahead(
    pool: ThreadPoolExecutor,
    function: Callable[[In], Out],
    items: Iterable[In],
    count: int,
    size: Callable[[In], int] = _unknown,
) -> Iterator[Out]:
    """Map in a pool, in order, at most ``count`` items and some pixels ahead of who asks."""
    waiting: deque[tuple[Future[Out], int]] = deque()
    for item in items:
        pixels = size(item)
        while waiting and (
            len(waiting) > count or pixels + sum(s for _, s in waiting) > MOST_PIXELS
        ):
            yield waiting.popleft()[0].result()
        waiting.append((pool.submit(function, item), pixels))
    while waiting:
        yield waiting.popleft()[0].result()
