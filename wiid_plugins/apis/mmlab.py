"""Predict with the models of mmpretrain, mmdet and mmaction2."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import Compose, pseudo_collate

from ..compose.datasets import places
from ..images import as_floats
from ..transforms._image import relit
from .lift import Lift, brightness_of
from .results import Label, Prepared
from .stock import SCOPES, build_stock, test_steps

Found = tuple[tuple[Label, ...], Any]


class MMLabModel:
    """A stock model of one of the three toolboxes, and the pipeline of its test set.

    Args:
        config: Composed.
        checkpoint: Its path; None: ``load_from`` of the config.
        device: Where it runs.
        top: How many of the best classes are given.
        threshold: Detections below this score are left out.

    Attributes:
        whole_clips: Whether it takes clips, not images.
        keeps_bits: Whether its pipeline is for images of more than 8 bits.
        names: Of the classes.

    Raises:
        FileNotFoundError: If there is no such checkpoint.
        pickle.UnpicklingError: If it holds what may not be in it.
        ValueError: If it does not fit the config, or the config has no pipeline.
    """

    def __init__(self, config: Config, checkpoint: Any, device: str, top: int, threshold: float):
        task = SCOPES[config.default_scope]
        self.whole_clips = task.scope == 'mmaction'
        self.top, self.threshold = top, threshold
        steps = test_steps(config)
        names = [str(step['type']).split('.')[-1] for step in steps]
        reader = 'OpenClip' if self.whole_clips else 'LoadImage'
        load = next((i for i, name in enumerate(names) if reader in name), None)
        if load is None:
            raise ValueError(
                f'{config.filename}: its test set reads no image or video files: {names}'
            )
        self.keeps_bits = steps[load].get('dtype') == 'float32'
        self._key = task.image
        model, self.names = build_stock(config, task, checkpoint)
        self.model: Any = model.to(device)
        place, _ = places(steps, task)
        first = load if self.whole_clips else load + 1
        self._before = Compose(steps[first:place])
        self._after = Compose([s for s in steps[place:] if 'LoadAnnotations' not in s['type']])

    def prepare(self, image: np.ndarray | str, lift: Lift) -> Prepared:
        """Put an image or a clip through the pipeline, and brighten it where a test does.

        Args:
            image: ``(H, W, 3)`` RGB, uint8, or what :func:`~wiid_plugins.images.decode` gives where
                ``keeps_bits``; the path of a clip.
            lift: What is brightened.

        Raises:
            FileNotFoundError: If there is no such clip.
            ClipError: If it can't be read.
        """
        results = self._before(_clip(image) if isinstance(image, str) else self._image(image))
        picture = results[self._key]
        bright = brightness_of(picture, rgb=self.whole_clips)
        if self.keeps_bits:
            bright /= 255  # float32 in [0, 255]
        light = lift.light_for(bright)
        if light is not None:
            results[self._key] = relit(light, picture)
        size = results['original_shape' if self.whole_clips else 'ori_shape']
        data = self._after(results)
        return Prepared(
            data, tuple(data['inputs'].shape), tuple(size[:2]), bright, light is not None
        )

    def _image(self, image: np.ndarray) -> dict:
        """What a loading transform gives."""
        pixels = as_floats(image) * 255 if self.keeps_bits else image
        img = np.ascontiguousarray(pixels[..., ::-1])
        size = img.shape[:2]
        return dict(img=img, img_shape=size, ori_shape=size, img_id=0, img_path='', sample_idx=0)

    @torch.inference_mode()
    def predict(self, batch: list[Prepared]) -> list[Found]:
        """Give labels and data sample of each."""
        samples = self.model.test_step(pseudo_collate([prepared.data for prepared in batch]))
        return [(self._labels(sample), sample) for sample in samples]

    def _labels(self, sample: Any) -> tuple[Label, ...]:
        boxes: Sequence[tuple | None]
        if 'pred_instances' in sample:
            found = sample.pred_instances.cpu()
            found = found[found.scores >= self.threshold]
            found = found[found.scores.argsort(descending=True, stable=True)]
            scores, indices = found.scores.tolist(), found.labels.tolist()
            boxes = [tuple(box) for box in found.bboxes.tolist()]
        else:
            best = sample.pred_score.cpu().topk(min(self.top, len(self.names)))
            scores, indices = best.values.tolist(), best.indices.tolist()
            boxes = [None] * len(scores)
        rows = zip(indices, scores, boxes, strict=True)
        return tuple(Label(self.names[index], index, *rest) for index, *rest in rows)


def _clip(path: str) -> dict:
    if not Path(path).is_file():
        raise FileNotFoundError(f'{path}: there is no such clip')
    return dict(filename=path, label=-1, start_index=0, modality='RGB')
