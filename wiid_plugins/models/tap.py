"""Read the output of named layers while a stock model runs, without editing it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from torch import Tensor, nn

Nested = Any  # a tensor, or a tuple or list of such, as backbones give them


class _EnoughError(Exception):
    """Leaves a model whose later layers nobody asked for."""


@contextmanager
def tapped(model: nn.Module, layers: Sequence[str], stop: bool = False) -> Iterator[list[Tensor]]:
    """Collect the outputs of ``layers`` in their given order.

    Args:
        model: Any module.
        layers: Dotted names as in ``named_modules()``, for example ``'neck'``.
        stop: Leave the ``with`` block once all layers have run; the model's later ones do not.

    Yields:
        A list with one entry per layer, filled while ``model`` runs.

    Raises:
        AttributeError: If a layer does not exist; the message lists what does.
        RuntimeError: If a layer has not run.
    """
    outputs: list[Any] = [None] * len(layers)

    def keep(index: int) -> Callable[[nn.Module, Any, Any], None]:
        def hook(_module: nn.Module, _inputs: Any, output: Any) -> None:
            outputs[index] = output
            if stop and all(o is not None for o in outputs):
                raise _EnoughError

        return hook

    handles = []
    try:
        for index, name in enumerate(layers):
            handles.append(_layer(model, name).register_forward_hook(keep(index)))
        with suppress(_EnoughError):
            yield outputs
        for name, output in zip(layers, outputs, strict=True):
            if output is None:
                raise RuntimeError(
                    f"tap: layer '{name}' took no part in the model's features; name one that "
                    "did, for example 'neck' or 'backbone'"
                )
    finally:
        for handle in handles:
            handle.remove()


def _layer(model: nn.Module, name: str) -> nn.Module:
    try:
        return model.get_submodule(name)
    except AttributeError:
        names = [n for n, _ in model.named_modules() if n and n.count('.') <= 1]
        raise AttributeError(
            f"tap: the model has no layer '{name}'; among others it has {', '.join(names[:30])}"
        ) from None


def pooled(feature: Tensor) -> Tensor:
    """Average a feature over everything behind its channels: ``(B, C, ...)`` -> ``(B, C)``."""
    return feature.flatten(2).mean(2) if feature.ndim > 2 else feature


def levels(outputs: Sequence[Nested], samples: int | None = None) -> list[Tensor]:
    """Pool what layers gave; a layer that hands on a tuple, as a pyramid does, gives several.

    Args:
        outputs: ``(B, C, ...)`` each.
        samples: How many samples these are; where a sample is several rows, as a clip of segments
            is, they are averaged. None: one row per sample.

    Returns:
        ``(samples, C)`` per level.
    """
    found = [pooled(level) for level in leaves(outputs)]
    return found if samples is None else [f.unflatten(0, (samples, -1)).mean(1) for f in found]


def leaves(nested: Nested) -> Iterator[Tensor]:
    """Give the tensors of what a layer hands on, in order."""
    if isinstance(nested, Tensor):
        yield nested
    else:
        for part in nested:
            yield from leaves(part)


def mapped(function: Callable[[Tensor], Tensor], nested: Nested) -> Nested:
    """Apply a function to every tensor of what a layer hands on."""
    if isinstance(nested, Tensor):
        return function(nested)
    return type(nested)(mapped(function, part) for part in nested)


def parted(joined: Nested, sizes: list[int]) -> list[Nested]:
    """Part what a layer hands on for joined views: view by view, nested as before."""
    return [mapped(partial(_part, sizes=sizes, index=i), joined) for i in range(len(sizes))]


def _part(joined: Tensor, sizes: list[int], index: int) -> Tensor:
    return joined.split(sizes)[index]
