"""Make the views of detection pictures on the device, with boxes as target."""

from torch import Tensor

from ..models.mask_token import build_mask_token
from ..models.preprocessor import Drawn, PairedPreprocessor, Pictures
from ..ops.grid import GridDraw, covered_pixels, shrink_boxes
from ..registry import MODELS


@MODELS.register_module()
class PairedDetPreprocessor(PairedPreprocessor):
    """Darken and mask pictures that may differ in size; then let mmdet's preprocessor pad them.

    See :class:`~wiid_plugins.models.PairedPreprocessor`. All views get the same padding. The target is
    the union of the ground-truth boxes as they come out of the pipeline, so it lies right after any
    mosaic or affine. Where front cells are erased, boxes shrink or go, with their labels and instance
    masks; ignored boxes stay as they are.

    Args:
        preprocessor: Config of mmdet's own preprocessor.
        darken: ``dict()`` of :func:`~wiid_plugins.translation.build_darkener`; None: no night view.
        enhance: ``dict()`` of :func:`~wiid_plugins.translation.build_enhancer`, for night and dark.
        grid: ``dict()`` of :class:`~wiid_plugins.ops.grid.GridDraw`; None: no masking.
        bgr: Colour order of what the loader gives.
        fill: ``'mean'``, ``'token'`` or ``'texture'``, what is seen where something is hidden.
    """

    def __init__(
        self,
        preprocessor: dict,
        darken: dict | None = None,
        enhance: dict | None = None,
        grid: dict | None = None,
        bgr: bool = True,
        fill: str = 'mean',
    ):
        super().__init__(preprocessor, darken, enhance, bgr=bgr)
        self.grid = None if grid is None else GridDraw(**grid)
        self.mask_token = build_mask_token(fill, grid is not None, 'wiid.mask', self.grey)

    def _take_mixing(self) -> None:
        """Leave the stock augmentations where they are: they resize all views and boxes at once."""

    def _normalise(self, views: list[Pictures | None], data_samples: list) -> dict:
        """Dark images of other sizes go in by themselves, so that no view is padded for another."""
        day, night, dark = views
        if day is None or dark is None or {p.shape for p in dark} <= {p.shape for p in day}:
            return super()._normalise(views, data_samples)
        packed = super()._normalise([day, night, None], data_samples)
        alone = self.stock({'inputs': list(self._joined([dark])), 'data_samples': None})
        packed['inputs'] = packed['inputs']._replace(dark=alone['inputs'])
        return packed

    def forward(self, data: dict, training: bool = False) -> dict:
        """Give ``{'inputs': Views, 'data_samples': list}`` in training, else the stock result."""
        if not training:
            return self.stock(data, training)
        data = self.cast_data(data)  # boxes too: the masks are drawn on the device
        drawn, samples = self.draw(data), data['data_samples']
        return self.pack(
            drawn, samples if drawn.visible is None else shrunk(samples, drawn.visible)
        )

    def draw(self, data: dict) -> Drawn:
        """Make the views of a batch and draw what stays visible, without masking anything yet."""
        drawn = super().draw(data)
        if self.grid is None:
            return drawn
        boxes = [boxes_of(s.gt_instances) for s in data['data_samples']]
        if isinstance(drawn.day, Tensor):
            height, width = drawn.day.shape[2:]
            target = covered_pixels(boxes, (height, width))
            return drawn._replace(target=target, visible=self.grid(boxes, (height, width)))
        sizes = [(p.shape[1], p.shape[2]) for p in drawn.day]
        each = [([b], size) for b, size in zip(boxes, sizes, strict=True)]
        return drawn._replace(
            target=[covered_pixels(*one)[0] for one in each],
            visible=[self.grid(*one)[0] for one in each],
        )


def boxes_of(instances) -> Tensor:
    """``(n, 4)`` xyxy, pixels, of mmdet's instances, whose boxes are a tensor or a structure."""
    return getattr(instances.bboxes, 'tensor', instances.bboxes)


def shrunk(data_samples: list, visible: Tensor | list[Tensor]) -> list:
    """Samples with their boxes shrunk to what is visible, and without those of which nothing is."""
    found = [boxes_of(s.gt_instances) for s in data_samples]
    samples = []
    for sample, boxes, keep in zip(data_samples, *shrink_boxes(found, visible), strict=True):
        instances = sample.gt_instances[keep]
        instances.bboxes = boxes
        sample = sample.new()
        sample.gt_instances = instances
        samples.append(sample)
    return samples
