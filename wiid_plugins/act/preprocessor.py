"""Make the views of clips on the device: one light per clip, and what moves as target."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, cast

import torch
from torch import Tensor

from ..models.preprocessor import PairedPreprocessor, Pictures
from ..ops.clip_target import ClipTarget
from ..ops.temporal_gmm import TemporalGMM, foreground
from ..registry import MODELS
from ..translation.light import Light


@MODELS.register_module()
class PairedClipPreprocessor(PairedPreprocessor):
    """Darken and mask clips; then let mmaction2's preprocessor normalise them.

    See :class:`~wiid_plugins.models.PairedPreprocessor`. The loader gives RGB, a sample
    ``(clips, 3, T, H, W)`` uint8 for a 3D recognizer and ``(segments, 3, H, W)`` for a 2D one, all of
    one size. All frames of a sample share one draw of darkness and one enhancement, so that nothing
    flickers, and one mask: the regions are tubes. The target is what moves in a clip, the segments of
    a sample being one clip, or the loader's ``target_mask (clips, H, W)``; several clips share the
    union.

    Args:
        preprocessor: Config of ``mmaction.ActionDataPreprocessor``.
        darken: ``dict()`` of :func:`~wiid_plugins.translation.build_darkener`; None: no night view.
        enhance: ``dict()`` of :func:`~wiid_plugins.translation.build_enhancer`, for night and dark.
        target: ``dict()`` of :class:`~wiid_plugins.ops.clip_target.ClipTarget`.
        gmm: ``dict()`` of :class:`~wiid_plugins.ops.temporal_gmm.TemporalGMM`.
        regions: ``dict()`` of :class:`~wiid_plugins.ops.regions.RegionDraw`; None: no masking.
        fill: ``'mean'``, ``'token'`` or ``'texture'``, what is seen where something is hidden; the same
            in all frames.
    """

    def __init__(
        self,
        preprocessor: dict,
        darken: dict | None = None,
        enhance: dict | None = None,
        target: dict | None = None,
        gmm: dict | None = None,
        regions: dict | None = None,
        fill: str = 'mean',
    ):
        super().__init__(preprocessor, darken, enhance, regions=regions, bgr=False, fill=fill)
        self.target = ClipTarget(**(target or {}))
        self.gmm = asdict(TemporalGMM(**(gmm or {})))

    def _take_mixing(self) -> Callable[..., Any] | None:
        mixing, self.stock.blending = self.stock.blending, None
        return mixing

    def _mix(self, view: Tensor, data_samples: list) -> tuple[Tensor, list]:
        assert self.batch_augments is not None
        return self.batch_augments(view, data_samples)

    def _to_unit(self, images: Pictures) -> Pictures:
        shapes = {tuple(clip.shape) for clip in images}
        if len(shapes) > 1:
            raise ValueError(
                f'the clips of a batch have shapes {sorted(shapes)}; give the pipelines a Resize or '
                'crop to one size'
            )
        return super()._to_unit(images)

    def relit(self, light: Light, images: Pictures) -> Tensor:
        """Change the light of each sample's frames alike."""
        clips, each = cast(Tensor, images), []
        for sample in _frames_first(clips):
            frames = sample.flatten(0, 1)
            each.append(light.for_clip(frames)(frames).view(sample.shape))
        lit = torch.stack(each)
        return lit.transpose(2, 3) if clips.ndim == 6 else lit.flatten(1, 2)

    def _target(self, day: Pictures, given: Pictures | None) -> Tensor:
        if given is not None:
            return super()._target(day, given).any(1)
        clips = _frames_first(cast(Tensor, day))
        flat = clips.flatten(0, 1)
        found = self.target(foreground(flat, **self.gmm), flat)
        return found.unflatten(0, clips.shape[:2]).any(1)

    def _masked(self, images: Tensor, visible: Tensor) -> Tensor:
        """Fill clip by clip, or segment by segment: behind these comes the colour."""
        each = visible.repeat_interleave(images.shape[1], 0)
        return super()._masked(images.flatten(0, 1), each).view(images.shape)

    def _joined(self, views: list[Pictures]) -> list[Tensor]:
        return list(torch.cat(cast(list[Tensor], views)).mul_(255))


def _frames_first(clips: Tensor) -> Tensor:
    """Samples as the loader gives them -> ``(N, clips, T, 3, H, W)``; segments are one clip."""
    return clips.transpose(2, 3) if clips.ndim == 6 else clips[:, None]
