"""The darkening and the enhancement of a training, as all toolboxes use them."""

from typing import Any

from ..translation import build_darkener, build_enhancer
from ..translation.light import Light


class Lights:
    """Mixin: make night views of day images, and brighten what is dark."""

    darken: Light | None
    enhance: Light | None

    def set_lights(self, darken: dict[str, Any] | None, enhance: dict[str, Any] | None) -> None:
        """Build what changes light.

        Args:
            darken: ``dict()`` of :func:`~wiid_plugins.translation.build_darkener`; None: no night view.
            enhance: ``dict()`` of :func:`~wiid_plugins.translation.build_enhancer`; None: what is dark
                stays dark. A learned darkener gives enhanced images by itself.
        """
        self.darken = None if darken is None else build_darkener(**darken)
        self.enhance = None if enhance is None else build_enhancer(**enhance)

    def night(self, day: Any) -> Any:
        """The night view of day images ``(N, 3, H, W)`` float RGB in [0, 1]; None without one."""
        if self.darken is None:
            return None
        night = self.relit(self.darken, day)
        return night if self.darken.enhanced else self.enhanced(night)

    def enhanced(self, images: Any) -> Any:
        """Images as bright as at test time."""
        return images if self.enhance is None else self.relit(self.enhance, images)

    def relit(self, light: Light, images: Any) -> Any:
        """Change the light of each image."""
        return light(images)
