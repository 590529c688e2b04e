"""Stock models of mmpretrain, mmdet and mmaction2, as they are exported."""

from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from torch import Tensor, nn

from ...compose.tasks import TASKS
from ...translation import Light
from ..stock import build_stock
from .geometry import frames_of, geometry
from .graph import Norm
from .subject import Found, Subject


class Classifier(nn.Module):
    """A classifier of mmpretrain; gives ``(N, K)`` that sum to 1."""

    def __init__(self, model: Any):
        super().__init__()
        self.model = model

    def forward(self, images: Tensor, sizes: Tensor) -> Tensor:
        """Classify."""
        return self.model(images, mode='tensor').softmax(1)

    def reference(self, lit: Tensor) -> Tensor:
        """What mmpretrain gives for RGB in [0, 1]."""
        found = self.model.test_step(dict(inputs=lit.flip(1) * 255, data_samples=None))
        return torch.stack([sample.pred_score for sample in found])


class Recognizer(nn.Module):
    """A 3D recognizer of mmaction2 on one clip per sample; gives ``(N, K)`` that sum to 1.

    Raises:
        ValueError: If it is a 2D one, which folds the frames of all samples into one axis.
    """

    def __init__(self, model: Any):
        super().__init__()
        if type(model).__name__ != 'Recognizer3D':
            raise ValueError(
                f'{type(model).__name__} cannot be exported; of mmaction2 Recognizer3D can'
            )
        self.model = model
        model.cls_head.average_clips = 'prob'

    def forward(self, clips: Tensor, sizes: Tensor) -> Tensor:
        """Recognize."""
        features = self.model.backbone(clips.transpose(1, 2))
        if self.model.with_neck:
            features, _ = self.model.neck(features)
        return self.model.cls_head(features).softmax(1)

    def reference(self, lit: Tensor) -> Tensor:
        """What mmaction2 gives for RGB in [0, 1]."""
        from mmaction.structures import ActionDataSample

        clips = list(lit.transpose(1, 2)[:, None] * 255)
        samples = [ActionDataSample() for _ in clips]
        found = self.model.test_step(dict(inputs=clips, data_samples=samples))
        return torch.stack([sample.pred_score for sample in found])


def detect(model: Any, lit: Tensor) -> list[Found]:
    """What mmdet gives for RGB in [0, 1]."""
    from mmdet.structures import DetDataSample

    size = tuple(lit.shape[-2:])
    meta = dict(img_shape=size, ori_shape=size, scale_factor=(1.0, 1.0))
    samples = [DetDataSample(metainfo=dict(meta)) for _ in lit]
    found = model.test_step(dict(inputs=list(lit.flip(1) * 255), data_samples=samples))
    each = (sample.pred_instances for sample in found)
    return [(found.bboxes, found.scores, found.labels) for found in each]


def make_subject(
    config: Config, checkpoint: Path, light: Light | None, score: float | None = None
) -> Subject:
    """Build the stock model of a composed config with the weights of a checkpoint.

    Args:
        config: Of mmpretrain, mmdet or mmaction2.
        checkpoint: Paired or plain.
        light: What brightens.
        score: Lowest score of a box; None: as the config tests.

    Raises:
        FileNotFoundError: If there is no checkpoint.
        pickle.UnpicklingError: If it holds more than tensors and a training state.
        ValueError: If checkpoint and config do not fit, or the model is of a kind that is not exported.
    """
    kind, task = next((n, t) for n, t in TASKS.items() if t.scope == config.default_scope)
    built, names = build_stock(config, task, checkpoint)
    model: Any = built
    size = geometry(config).size
    if kind == 'det':
        from .dense import Dense

        if score is not None:
            model.bbox_head.test_cfg.score_thr = score
        network = Dense(model)
        outputs: tuple[str, ...] = ('boxes', 'scores', 'labels')
        return Subject(
            light,
            Norm.of(model.data_preprocessor),
            network,
            size,
            outputs,
            lambda lit: detect(model, lit),
            names,
            dict(task='detect'),
        )
    if kind == 'cls':
        classifier = Classifier(model)
        return Subject(
            light,
            Norm.of(model.data_preprocessor),
            classifier,
            size,
            ('scores',),
            classifier.reference,
            names,
            dict(task='classify'),
        )
    recognizer = Recognizer(model)
    return Subject(
        light,
        Norm.of(model.data_preprocessor, rgb_in=True),
        recognizer,
        (frames_of(config), *size),
        ('scores',),
        recognizer.reference,
        names,
        dict(task='recognize'),
    )
