"""Work ahead in a pool, in order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

In = TypeVar('In')
Out = TypeVar('Out')


def ahead(
    pool: ThreadPoolExecutor, function: Callable[[In], Out], items: Iterable[In], count: int
) -> Iterator[Out]:
    """Map in a pool, in order, at most ``count`` items ahead of who asks."""
    waiting: deque[Future[Out]] = deque()
    for item in items:
        waiting.append(pool.submit(function, item))
        if len(waiting) > count:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
