"""Draw a prediction: what came in, and beside it what the model saw, with what it said."""

from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np
import supervision as sv
from PIL import Image, ImageDraw, ImageFont

from .results import Label, Prediction

SIDES = (
    384,
    1280,
)  # px of the longer side of a panel: smaller ones are enlarged, larger ones reduced
GAP = 8  # px between panels
GROUND, INK, FAINT = (24, 24, 27), (244, 244, 245), (161, 161, 170)


def draw(found: Prediction, came: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Draw the dark image, and beside it the brightened one with boxes or the best classes.

    Args:
        found: What is drawn.
        came: ``(H, W, 3)`` RGB uint8, as it came in.
        seen: The same brightened, or as it came where the model saw it so.

    Returns:
        ``(h, w, 3)`` RGB uint8, of even sides, which depend on the size of the image and on whether
        there are boxes alone.
    """
    scale = _scale(*came.shape[:2])
    left, right = _scaled(came, scale), _scaled(seen, scale)
    boxes = [label for label in found.labels if label.box is not None]
    if boxes:
        right = draw_boxes(right, boxes, scale)
    words = 'brightened' if found.enhanced else 'as it came: bright enough, or not to be brightened'
    classes = [label for label in found.labels if label.box is None]
    return _page((left, right), ('input', words), classes)


def _scale(height: int, width: int) -> float:
    longer = max(height, width)
    return min(max(longer, SIDES[0]), SIDES[1]) / longer


def _scaled(pixels: np.ndarray, scale: float) -> np.ndarray:
    if scale == 1:
        return pixels
    how = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    height, width = (max(1, round(edge * scale)) for edge in pixels.shape[:2])
    return cv2.resize(pixels, (width, height), interpolation=how)


def draw_boxes(pixels: np.ndarray, labels: Sequence[Label], scale: float = 1) -> np.ndarray:
    """Draw boxes with names and scores.

    Args:
        pixels: ``(H, W, 3)`` RGB uint8; it is not changed.
        labels: Each with a box.
        scale: From the pixels that the boxes are in to those of the image.

    Returns:
        ``(H, W, 3)`` RGB uint8.
    """
    height, width = pixels.shape[:2]
    detections = sv.Detections(
        xyxy=np.array([label.box for label in labels], np.float32) * scale,
        confidence=np.array([label.score for label in labels], np.float32),
        class_id=np.array([label.index for label in labels]),
    )
    thick = sv.calculate_optimal_line_thickness((width, height))
    size = _text_size(height, width)
    words = [f'{label.name} {label.score:.0%}' for label in labels]
    drawn = sv.BoxAnnotator(thickness=thick).annotate(pixels[..., ::-1].copy(), detections)
    writer = sv.RichLabelAnnotator(font_size=size, text_padding=size // 4, smart_position=True)
    return writer.annotate(drawn, detections, words)[..., ::-1]


def _text_size(height: int, width: int) -> int:
    return max(13, round(max(height, width) / 48))


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _page(
    panels: Sequence[np.ndarray], titles: Sequence[str], classes: Sequence[Label]
) -> np.ndarray:
    """Lay panels side by side, with a title over each and the best classes below."""
    height, width = panels[0].shape[:2]
    size = _text_size(height, width)
    line = round(size * 1.5)
    full = (2 * width + 3 * GAP, height + line + GAP + line * len(classes) + GAP)
    page = Image.new('RGB', (full[0] + full[0] % 2, full[1] + full[1] % 2), GROUND)
    pen = ImageDraw.Draw(page)
    for place, (panel, title) in enumerate(zip(panels, titles, strict=True)):
        x = GAP + place * (width + GAP)
        pen.text((x, line / 2), title, FAINT, _font(size), anchor='lm')
        page.paste(Image.fromarray(np.ascontiguousarray(panel)), (x, line))
    x, y = 2 * GAP + width, line + height + GAP / 2
    for place, label in enumerate(classes):
        middle = y + (place + 0.5) * line
        pen.rectangle(
            (x, middle - line / 3, x + width * label.score, middle + line / 3), (63, 63, 100)
        )
        text = f'{label.score:>4.0%}  {label.name}'
        pen.text((x + GAP / 2, middle), text, FAINT if place else INK, _font(size), anchor='lm')
    return np.asarray(page)
