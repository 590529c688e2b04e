"""Predict with detectors of Ultralytics, as a test does."""

from typing import Any

import cv2
import numpy as np
import torch
from mmengine.config import Config
from torch import Tensor
from ultralytics.cfg import get_cfg
from ultralytics.data.augment import LetterBox
from ultralytics.engine.results import Results
from ultralytics.nn.autobackend import AutoBackend
from ultralytics.utils import nms, ops

from ..apis.lift import Lift, brightness_of
from ..apis.results import Label, Prepared
from .checkpoint import names_of, open_for
from .enhanced import inside
from .export import plain_model
from .model import PairedDetectionModel

LEAST = 0.001  # score that a test keeps; the threshold comes after the suppression of doubles


class YoloModel:
    """A detector of Ultralytics, paired or stock.

    Args:
        config: Composed.
        checkpoint: Its path; None: ``pretrained`` of the config.
        device: Where it runs.
        threshold: Detections below this score are left out.

    Attributes:
        names: Of the classes.

    Raises:
        FileNotFoundError: If there is no such checkpoint.
        pickle.UnpicklingError: If it holds what may not be in it.
        ValueError: If it is none of Ultralytics, or of other classes than the config.
    """

    whole_clips = keeps_bits = False

    def __init__(self, config: Config, checkpoint: Any, device: str, threshold: float):
        path = checkpoint or config.get('pretrained')
        if not path:
            raise ValueError(
                f'{config.filename}: no checkpoint is given, and pretrained is not set'
            )
        model: Any = open_for(path, (config.get('data') or {}).get('names'))
        if isinstance(model, PairedDetectionModel):
            model = plain_model(model)
        self.names = names_of(model)
        self.threshold, self.device = threshold, device
        self.side = config.train.imgsz
        self.options = get_cfg(overrides=dict(mode='val'))
        self.letterbox = LetterBox((self.side, self.side), scaleup=False)
        self.model = AutoBackend(model.float(), torch.device(device), verbose=False).eval()

    def prepare(self, image: np.ndarray, lift: Lift) -> Prepared:
        """Bring an image to the size of a test, and brighten it inside its grey borders.

        Args:
            image: ``(H, W, 3)`` RGB uint8.
            lift: What is brightened.
        """
        size = image.shape[:2]
        small = self._resized(image)
        bright = brightness_of(small, rgb=True)
        boxed = self.letterbox(image=small)
        tensor = torch.from_numpy(boxed).permute(2, 0, 1).contiguous().float() / 255
        ratio = tuple(now / before for now, before in zip(small.shape[:2], size, strict=True))
        pad = tuple(round((self.side - edge) / 2 - 0.1) for edge in small.shape[1::-1])
        light = lift.light_for(bright)
        if light is not None:
            inner = inside(tensor, size, ratio, pad)
            inner.copy_(light(inner[None])[0])
        data = tensor, (ratio, pad), np.ascontiguousarray(image[..., ::-1])
        return Prepared(data, tuple(tensor.shape), size, bright, light is not None)

    def _resized(self, image: np.ndarray) -> np.ndarray:
        """Bring the long side to that of a test, as Ultralytics' datasets do."""
        ratio = self.side / max(image.shape[:2])
        if ratio == 1:
            return image
        size = [min(int(np.ceil(edge * ratio)), self.side) for edge in image.shape[1::-1]]
        return cv2.resize(image, size, interpolation=cv2.INTER_LINEAR)

    @torch.inference_mode()
    def predict(self, batch: list[Prepared]) -> list[tuple[tuple[Label, ...], Any]]:
        """Give labels and Ultralytics' ``Results`` of each."""
        images = torch.stack([prepared.data[0] for prepared in batch]).to(self.device)
        found = nms.non_max_suppression(
            self.model(images),
            LEAST,
            self.options.iou,
            multi_label=True,
            max_det=self.options.max_det,
            end2end=getattr(self.model, 'end2end', False),
        )
        return [self._found(rows, p) for rows, p in zip(found, batch, strict=True)]

    def _found(self, rows: Tensor, prepared: Prepared) -> tuple[tuple[Label, ...], Any]:
        _, ratio_pad, image = prepared.data
        rows = rows[rows[:, 4] >= self.threshold].clone()
        side = (self.side, self.side)
        ops.scale_boxes(side, rows[:, :4], prepared.size, ratio_pad)
        raw = Results(image, '', dict(enumerate(self.names)), boxes=rows[:, :6])
        labels = tuple(
            Label(self.names[int(index)], int(index), score, tuple(box))
            for *box, score, index in rows[:, :6].tolist()
        )
        return labels, raw
