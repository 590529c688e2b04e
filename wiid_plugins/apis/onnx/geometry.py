"""The part of a config's test that changes the size of images."""

from typing import Any

import numpy as np
from mmcv.transforms import Compose
from mmengine.config import Config

from ...compose.own import nodes
from ...compose.twins import GEOMETRY

EXAMPLE = (480, 640)  # height and width of an image where the size of a test depends on it


class Geometry:
    """Resize and crop images as a test does, without brightening and packing.

    Args:
        steps: Of a test pipeline.
        clips: Whether it is one of mmaction2.
    """

    def __init__(self, steps: list[dict], clips: bool):
        kept = [step for step in steps if any(part in step['type'] for part in GEOMETRY)]
        self.steps, self.clips = Compose(kept), clips

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Give ``(h, w, 3)`` uint8 for ``(H, W, 3)`` uint8; of several crops the first."""
        size = image.shape[:2]
        results: dict[str, Any] = dict(img=image, img_shape=size, ori_shape=size)
        if self.clips:
            results = dict(imgs=[image], img_shape=size, original_shape=size, modality='RGB')
            results |= dict(num_clips=1, clip_len=1)
        results = self.steps(results)
        return np.asarray(results['imgs'][0] if self.clips else results['img'])

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of what comes of a usual image."""
        height, width = self(np.zeros((*EXAMPLE, 3), np.uint8)).shape[:2]
        return height, width


def dataset_of(config: Config) -> Any:
    """The first set that a config tests on, or else validates or trains on.

    Raises:
        ValueError: If there is none.
    """
    for job in ('test', 'val', 'train'):
        sets = [n for n in nodes(config.get(f'{job}_dataloader')) if n.get('pipeline')]
        if sets:
            return sets[-1] if job == 'train' else sets[0]
    raise ValueError(f'{config.filename}: has no data set, whose pipeline tells the size of images')


def geometry(config: Config) -> Geometry:
    """Give the geometry of a composed config's test."""
    return Geometry(dataset_of(config).pipeline, config.default_scope == 'mmaction')


def frames_of(config: Config) -> int:
    """How many frames of a clip the model of a config sees."""
    steps = dataset_of(config).pipeline
    step: Any = next((s for s in steps if 'Sample' in s['type'] and 'Frames' in s['type']), {})
    volumes = any(s.get('input_format') == 'NCTHW' for s in steps)
    return step.get('clip_len', 1) * (1 if volumes else step.get('num_clips', 1))
