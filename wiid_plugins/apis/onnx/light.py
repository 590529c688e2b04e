"""The brightening of a config, as a part of a graph."""

from mmengine.config import Config
from torch import Tensor, nn

from ...translation import Light, build_enhancer
from ...translation.learned import ZeroDCEEnhance
from ...translation.light import ProceduralEnhance
from ...translation.zero_dce import apply_curves
from ..stock import enhancement_of


class Brighten(nn.Module):
    """Brighten pictures ``(N, 3, H, W)``, or clips ``(N, T, 3, H, W)`` by one curve each.

    Pictures are float RGB in [0, 1] and stay so. Nothing is cut to tiles, and nothing rounded.

    Args:
        light: What :func:`~wiid_plugins.translation.build_enhancer` makes; it does the same in
            PyTorch, picture by picture.
    """

    def __init__(self, light: Light):
        super().__init__()
        if not isinstance(light, ProceduralEnhance | ZeroDCEEnhance):
            raise ValueError(
                f'{type(light).__name__} cannot be exported; leave it out by --enhance none'
            )
        self.light = light
        self.network = light.network if isinstance(light, ZeroDCEEnhance) else None

    def forward(self, images: Tensor) -> Tensor:
        """Brighten."""
        if self.network is None:
            return self._by_one_curve(images) if images.ndim == 5 else self.light(images)
        if images.ndim == 4:
            return self.network(images)
        frames = images.flatten(0, 1)
        curves = self.network.curves(frames).unflatten(0, images.shape[:2])
        shared = curves.mean(1, keepdim=True).expand_as(curves).flatten(0, 1)
        return apply_curves(frames, shared).view_as(images)

    def _by_one_curve(self, clips: Tensor) -> Tensor:
        """Lay the frames of a clip side by side, as `Light.for_clip` does."""
        rows = clips.permute(0, 2, 3, 1, 4)
        joined = self.light(rows.flatten(3))
        return joined.view_as(rows).permute(0, 3, 1, 2, 4)


def light_of(config: Config) -> Light | None:
    """Build what a composed config brightens images with in a test; None: nothing does.

    Raises:
        ValueError: If the options are none of an enhancement.
    """
    how = enhancement_of(config)
    return None if how is None else build_enhancer(**how)
