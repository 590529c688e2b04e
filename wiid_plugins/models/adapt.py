"""Adapt a trained model to the images of a test: AdaBN and TENT."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

NORMS = (_BatchNorm, nn.LayerNorm, nn.GroupNorm)


def norms_of(model: nn.Module, kinds: tuple[type[nn.Module], ...] = (_BatchNorm,)) -> list[Any]:
    """Give the normalisation layers of a model.

    Raises:
        ValueError: If it has none of these kinds.
    """
    found = [layer for layer in model.modules() if isinstance(layer, kinds)]
    if not found:
        names = ', '.join(kind.__name__.lstrip('_') for kind in kinds)
        raise ValueError(f'{type(model).__name__} has no layer to adapt: none of {names}')
    return found


def entropy(probabilities: Tensor) -> Tensor:
    """Mean entropy, in nats, of ``(N, K)`` probabilities."""
    return torch.special.entr(probabilities).sum(1).mean()


@torch.no_grad()
def renew_statistics(model: nn.Module, batches: Iterable[Any], run: Callable[[Any], Any]) -> None:
    """Let the statistics of batch norm be those of some images; weights stay (AdaBN).

    Mean and variance of a layer become the means over the batches, with the layers before it
    normalising by their batch, as in a training.

    Args:
        model: In evaluation mode; its statistics are changed in place.
        batches: Of images.
        run: Passes one batch through the model.

    Raises:
        ValueError: If the model has no batch norm.

    Source: Li et al., 2016 (AdaBN).
    """
    layers = norms_of(model)
    kept = [layer.momentum for layer in layers]
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None  # a plain mean over the batches
        layer.train()
    for batch in batches:
        run(batch)
    for layer, momentum in zip(layers, kept, strict=True):
        layer.momentum = momentum
        layer.eval()


@contextmanager
def batch_statistics(model: nn.Module) -> Iterator[None]:
    """Let batch norm normalise by the statistics of each batch, and change none that it has."""
    layers = norms_of(model)
    kept = [(layer.momentum, layer.num_batches_tracked.clone()) for layer in layers]
    for layer in layers:
        layer.momentum = 0.0
        layer.train()
    try:
        yield
    finally:
        for layer, (momentum, count) in zip(layers, kept, strict=True):
            layer.momentum = momentum
            layer.num_batches_tracked.copy_(count)
            layer.eval()


class Tent:
    """Lower the entropy of the predictions, batch by batch, through the norms alone.

    Batch norm takes the statistics of the batch, and one step of Adam per batch goes to scale and
    shift of the normalisation layers. Predictions are those before the step, so that an image costs one
    pass.

    Args:
        model: In evaluation mode. Scales and shifts of its norms are changed in place.
        lr: Of Adam.

    Raises:
        ValueError: If the model has no normalisation with a scale.

    Source: Wang et al., ICLR 2021.
    """

    def __init__(self, model: nn.Module, lr: float = 1e-3):
        self.model = model
        layers = norms_of(model, NORMS)
        self.weights = [p for layer in layers for p in layer.parameters(recurse=False)]
        if not self.weights:
            raise ValueError(f'{type(model).__name__}: its normalisation has no scale to adapt')
        self.optimizer = torch.optim.Adam(self.weights, lr=lr)

    @torch.enable_grad()
    def __call__(self, run: Callable[[], tuple[Tensor, Any]]) -> Any:
        """Predict on a batch, then take a step.

        Args:
            run: Gives ``(N, K)`` probabilities with their graph, and what is to be given back.
        """
        asked = [(p, p.requires_grad) for p in self.model.parameters()]
        for parameter, _ in asked:
            parameter.requires_grad_(False)
        for parameter in self.weights:
            parameter.requires_grad_(True)
        try:
            with batch_statistics(self.model):
                probabilities, predicted = run()
            self.optimizer.zero_grad()
            entropy(probabilities).backward()
            self.optimizer.step()
        finally:
            for parameter, before in asked:
                parameter.requires_grad_(before)
        return predicted
