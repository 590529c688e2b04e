"""Choose samples of a test set."""

from collections.abc import Sequence


def spread(count: int, wanted: int) -> list[int]:
    """Choose places evenly, at most ``count``."""
    wanted = min(count, wanted)
    return [i * count // wanted for i in range(wanted)]


def evenly(labels: Sequence[set[int]], count: int) -> list[int]:
    """Choose about ``count`` samples: as many of each class, at least one, evenly over its samples.

    Args:
        labels: The classes in each sample.
        count: How many.
    """
    of_class: dict[int, list[int]] = {}
    for index, found in enumerate(labels):
        for label in found or {-1}:  # nothing to detect in it
            of_class.setdefault(label, []).append(index)
    chosen: set[int] = set()
    for members in of_class.values():
        quota = max(1, count // len(of_class))
        chosen |= {members[place] for place in spread(len(members), quota)}
    return sorted(chosen)
