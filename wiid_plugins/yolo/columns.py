"""What a sheet of training pairs shows of a config of Ultralytics."""

import torch
from mmengine.config import Config
from torch import Tensor
from torchvision.ops import box_convert
from torchvision.utils import draw_bounding_boxes

from .drawn import drawn_batches


def yolo_columns(config: Config, count: int, seed: int) -> dict[str, Tensor]:
    """Draw one batch with its boxes; each column is ``(count, 3, S, S)`` float RGB in [0, 1].

    Raises:
        ValueError: If the config does not train on pairs.
    """
    whole, masked = next(drawn_batches(config, count, seed))
    shown = {'day': framed(whole, 'img'), 'night': framed(whole, 'night')}
    if config.wiid.get('mask'):
        shown |= {'day_masked': framed(masked, 'img'), 'night_masked': framed(masked, 'night')}
    return shown | ({'dark': whole['dark']} if 'dark' in whole else {})


def framed(batch: dict, view: str) -> Tensor:
    """Draw the boxes of each picture."""
    height, width = batch[view].shape[2:]
    boxes = box_convert(batch['bboxes'], 'cxcywh', 'xyxy')
    boxes = boxes * boxes.new_tensor([width, height, width, height])
    drawn = []
    for index, picture in enumerate(batch[view]):
        own = boxes[batch['batch_idx'] == index]
        drawn.append(draw_bounding_boxes(picture, own, colors='yellow') if len(own) else picture)
    return torch.stack(drawn)
