"""Boxes of a detector, drawn."""

from collections.abc import Sequence

import numpy as np
import supervision as sv

from ..apis.results import Label


def draw_boxes(image: np.ndarray, labels: Sequence[Label]) -> np.ndarray:
    """Draw boxes with names and scores on ``(H, W, 3)`` uint8 RGB; give a new image."""
    boxed = [label for label in labels if label.box]
    found = sv.Detections(
        xyxy=np.array([label.box for label in boxed], dtype=float).reshape(-1, 4),
        confidence=np.array([label.score for label in boxed]),
        class_id=np.array([label.index for label in boxed], dtype=int),
    )
    words = [f'{label.name} {label.score:.2f}' for label in boxed]
    drawn = sv.BoxAnnotator().annotate(image.copy(), found)
    return sv.LabelAnnotator().annotate(drawn, found, labels=words)
