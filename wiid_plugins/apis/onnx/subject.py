"""What is exported: a graph, and what its results are held against."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from ...translation import Light
from .graph import Graph, Norm

Found = tuple[Tensor, Tensor, Tensor]


@dataclass
class Subject:
    """A graph with its inputs, outputs and reference.

    Args:
        light: What brightens; None: nothing does.
        norm: What the network wants.
        network: Takes normalised images and the sizes before padding.
        size: ``(height, width)``, or ``(frames, height, width)``, of the test in the config.
        outputs: Their names: ``scores``, ``images``, or ``boxes``, ``scores`` and ``labels``.
        reference: What the toolbox itself gives for brightened images, float RGB in [0, 1]: scores, or
            for each image boxes, scores and labels.
        names: Of the classes.
        about: What else the file says of itself.
        step: Sides of images are multiples of it.
    """

    light: Light | None
    norm: Norm
    network: nn.Module
    size: tuple[int, ...]
    outputs: tuple[str, ...]
    reference: Callable[[Tensor], Any]
    names: Sequence[str] = ()
    about: dict[str, Any] = field(default_factory=dict)
    step: int = 1

    @property
    def input(self) -> str:
        """The name of the input."""
        return 'clips' if len(self.size) == 3 else 'images'

    def graph(self, floats: bool) -> nn.Module:
        """Give the graph, in evaluation mode."""
        return Graph(self.light, self.norm, self.network, floats).eval().requires_grad_(False)

    def shape(self, images: int, larger: int = 0) -> tuple[int, ...]:
        """The shape of a batch; ``larger`` adds to the height, and twice to the width."""
        *frames, height, width = self.size
        added = larger * max(self.step, 32)
        return (images, *frames, 3, height + added, width + 2 * added)

    @torch.no_grad()
    def expected(self, images: Tensor) -> Any:
        """What the toolbox finds in uint8 images, brightened one by one."""
        lit = images.float() / 255
        if self.light is not None and images.ndim == 5:
            lit = torch.stack([self.light.for_clip(frames)(frames) for frames in lit])
        elif self.light is not None:
            lit = self.light(lit)
        return self.reference(lit)


class Nothing(nn.Module):
    """Give images back as they are."""

    def forward(self, images: Tensor, sizes: Tensor) -> Tensor:
        """Give them back."""
        return images


def enhance_subject(light: Light, size: tuple[int, int] = (96, 128)) -> Subject:
    """The brightening alone: images in, float RGB in [0, 1] out."""
    return Subject(
        light=light,
        norm=Norm(),
        network=Nothing(),
        size=size,
        outputs=('enhanced',),
        reference=lambda lit: lit,
        about=dict(task='enhance'),
    )
