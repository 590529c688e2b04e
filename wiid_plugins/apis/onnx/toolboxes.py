"""Stock models of mmpretrain, mmdet and mmaction2, as they are exported."""

from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config, ConfigDict
from mmengine.registry import MODELS, init_default_scope
from torch import Tensor, nn

from ... import registry  # noqa: F401  (allows what a Runner writes in the safe loader)
from ...compat import load_local
from ...compose.tasks import TASKS, Task
from ...engine.classes import compare
from ...engine.fitting import describe
from ...translation import Light
from .geometry import classes_of, frames_of, geometry
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
    init_default_scope(task.scope)
    model = MODELS.build(stock_config(config, task)).eval()
    names = load(model, checkpoint, classes_of(config))
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


def stock_config(config: Config, task: Task) -> ConfigDict:
    """Take the stock model, with its preprocessor, out of a composed config."""
    model = config.model.get('module', config.model)
    shared = config.get('data_preprocessor')
    if task.stock in model and 'backbone' not in model:
        model, shared = model[task.stock], model.data_preprocessor.preprocessor
    stock = ConfigDict({'data_preprocessor': shared, **model})
    stock.data_preprocessor = {'type': task.preprocessor, **(stock.data_preprocessor or {})}
    return stock


def load(model: nn.Module, path: Path, classes: list[str]) -> list[str]:
    """Load a paired or plain checkpoint into a stock model; give the names of its classes.

    Raises:
        FileNotFoundError: If there is none.
        pickle.UnpicklingError: If it holds more than tensors and a training state.
        ValueError: If it does not fit.
    """
    checkpoint = load_local(str(path), map_location='cpu')
    state = checkpoint.get('state_dict', checkpoint) if isinstance(checkpoint, dict) else None
    if not state or not all(isinstance(value, Tensor) for value in state.values()):
        raise ValueError(f'{path}: holds no state_dict; give a checkpoint that a training wrote')
    state = {name.removeprefix('module.'): value for name, value in state.items()}
    if any(name.startswith('model.') for name in state):
        state = {k[len('model.') :]: v for k, v in state.items() if k.startswith('model.')}
    wanted = {k: v.shape for k, v in model.state_dict().items() if 'num_batches' not in k}
    found = {k: v.shape for k, v in state.items()}
    missing = [name for name in wanted if name not in found]
    if fault := describe(wanted, found, missing, paired=True):
        raise ValueError(f'{path} does not fit the model of the config: {fault}')
    model.load_state_dict(state, strict=False)
    trained = (checkpoint.get('meta') or {}).get('dataset_meta') or {}
    known = list(trained.get('classes') or ())
    if known and classes:
        compare(f'checkpoint {path}', known, 'the test set of the config', classes)
    return known or classes
