"""One picture of composed scenes, a row a split."""

from collections.abc import Mapping, Sequence

import cv2
import numpy as np

from tools.prepare.common.compose import SIZE
from tools.prepare.common.detection import Picture

COLUMNS = 5
COLOURS = [(0, 0, 255), (0, 255, 255), (255, 128, 0), (0, 255, 0)]  # BGR, one a class
BRIGHTER = 4.0
DARK_ROW = 'test_night'


def draw_row(name: str, pictures: Sequence[Picture], gain: float = 1.0) -> np.ndarray:
    """Draw the first scenes of a split with their boxes."""
    row = np.zeros((SIZE, SIZE * COLUMNS, 3), np.uint8)
    for column, picture in enumerate(pictures[:COLUMNS]):
        scene = cv2.convertScaleAbs(cv2.imread(str(picture.source)), alpha=gain)
        for box in picture.boxes:
            corner, far = (int(box.x), int(box.y)), (int(box.x + box.w), int(box.y + box.h))
            cv2.rectangle(scene, corner, far, COLOURS[box.label], 1)
        row[:, column * SIZE : (column + 1) * SIZE] = scene
    font = cv2.FONT_HERSHEY_SIMPLEX
    for colour, width in (((0, 0, 0), 3), ((255, 255, 255), 1)):
        cv2.putText(row, name, (6, 18), font, 0.5, colour, width, cv2.LINE_AA)
    return row


def draw_preview(splits: Mapping[str, Sequence[Picture]]) -> np.ndarray:
    """Draw a row of every split, and the night once more, brightened, uint8 BGR."""
    rows = [draw_row(name, pictures) for name, pictures in splits.items()]
    rows.append(draw_row(f'{DARK_ROW}, {BRIGHTER:g} times as bright', splits[DARK_ROW], BRIGHTER))
    return np.concatenate(rows)
