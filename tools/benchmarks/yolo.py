"""One WiiD step of Ultralytics' trainer and of a bare loop, for tools/benchmark.py."""

import copy
from itertools import repeat
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from mmengine.config import Config
from torch import Tensor, nn
from torchvision.ops import box_convert
from ultralytics.utils import LOGGER

from tools.benchmarks.step import Setting, pairs
from wiid_plugins.models.tap import pooled
from wiid_plugins.ops.grid import shrink_boxes
from wiid_plugins.ops.mmd import mmd_loss
from wiid_plugins.yolo import PairedDetectionTrainer
from wiid_plugins.yolo.model import split
from wiid_plugins.yolo.options import options_of, plain_dict, write_data
from wiid_plugins.yolo.views import shown

BOXES = 6  # a picture
STRIDE = 32


class YoloWiidStep:
    """What the loop of Ultralytics' trainer does with one batch, but for progress bar and warm-up."""

    def __init__(self, trainer: PairedDetectionTrainer, data: dict[str, Tensor], setting: Setting):
        self.trainer, self.setting = trainer, setting
        self.data = {key: value for key, value in data.items() if key != 'dark'}
        trainer.views.dark = repeat(data['dark'])

    def __call__(self) -> Tensor:
        """Take one step; give its loss."""
        trainer = self.trainer
        with self.setting.autocast():
            loss, _ = trainer.model(trainer.preprocess_batch(dict(self.data)))
            loss = loss.sum()
        trainer.scaler.scale(loss).backward()
        trainer.optimizer_step()
        return loss.detach()


class YoloBareStep:
    """The same passes in a plain PyTorch loop.

    Layers are called as plain modules and the equations as functions; no trainer, model class or hook
    takes part. Both slow copies, BYOL's and the one that Ultralytics validates, are advanced by one
    fused call each.
    """

    def __init__(self, trainer: PairedDetectionTrainer, data: dict[str, Tensor], setting: Setting):
        parts = trainer.model, trainer.optimizer, trainer.ema.ema, trainer.target.average
        model, self.optimizer, validated, slow = copy.deepcopy(parts)
        self.views, self.data, self.setting = trainer.views, data, setting
        self.layers, self.aux, self.save = model.model, model.aux, set(model.save)
        self.slow_layers, self.slow_projectors = slow['encoder'].model, slow['projectors']
        self.criterion, self.trained = model.init_criterion(), list(model.parameters())
        self.validated, self.decay, self.steps = pairs(validated, model), trainer.ema.decay, 0
        online = nn.ModuleDict({'encoder': nn.Module(), 'projectors': self.aux.projectors})
        online['encoder'].model = self.layers
        self.slow = pairs(slow, online)

    def __call__(self) -> Tensor:
        """Take one step; give its loss."""
        with self.setting.autocast():
            loss = self._loss(*self._views())
        loss.backward()
        nn.utils.clip_grad_norm_(self.trained, 10.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.steps += 1
        torch._foreach_lerp_(*self.validated, 1 - self.decay(self.steps))
        torch._foreach_lerp_(*self.slow, self.aux.byol['momentum'])
        return loss.detach()

    def _views(self) -> tuple[Tensor, dict[str, Tensor]]:
        """Day, night and dark views, ``(3B, 3, H, W)``, and what to find in one of the first two."""
        views, data = self.views, {k: v.to(self.setting.device) for k, v in self.data.items()}
        day, dark = data['img'].float() / 255, data['dark'].float() / 255
        night, dark = views.enhance(views.darken(day)), views.enhance(dark)
        side = day.shape[-1]
        boxes = (box_convert(data['bboxes'], 'cxcywh', 'xyxy') * side).split(BOXES)
        visible = views.grid(boxes, (side, side))
        left, kept = (torch.cat(each) for each in shrink_boxes(boxes, visible))
        targets = {key: data[key][kept] for key in ('cls', 'batch_idx')}
        targets['bboxes'] = box_convert(left, 'xyxy', 'cxcywh') / side
        return torch.cat([shown(view, visible) for view in (day, night, dark)]), targets

    def _run(self, layers: nn.Sequential, images: Tensor) -> tuple:
        """Run the layers; give the last output, and pooled what feeds the head."""
        output, kept = images, []
        for layer in layers:
            if isinstance(layer.f, list):
                output = [output if index == -1 else kept[index] for index in layer.f]
            elif layer.f != -1:
                output = kept[layer.f]
            output = layer(output)
            kept.append(output if layer.i in self.save else None)
        return output, [pooled(kept[index]) for index in self.layers[-1].f]

    def _loss(self, images: Tensor, targets: dict[str, Tensor]) -> Tensor:
        n = len(images) // 3
        preds, online = self._run(self.layers, images)
        day, night, _ = split(preds, [n] * 3)
        task = sum(self.criterion(view, targets)[0].sum() for view in (day, night))
        with torch.no_grad():
            slow = self._run(self.slow_layers, images[: 2 * n])[1]
            slow = [p(f).roll(n, 0) for p, f in zip(self.slow_projectors, slow, strict=True)]
        byol = mmd = 0
        modules = zip(self.aux.projectors, self.aux.predictors, strict=True)
        for feature, other, (project, predict) in zip(online, slow, modules, strict=True):
            prediction = predict(project(feature[: 2 * n]))
            byol += (2 - 2 * F.cosine_similarity(prediction, other)).mean()
            mmd += mmd_loss(feature[n : 2 * n], feature[2 * n :])
        extra = self.aux.byol['weight'] * byol + self.aux.mmd['weight'] * mmd
        return task + n * extra / len(online)


def build_yolo_steps(config: Config, size: int, batch_size: int, setting: Setting) -> dict:
    """Make both steps, each with its own copy of the same weights.

    Raises:
        ValueError: If the config lacks a part of the method, or a layer's stride does not fit the size.
    """
    wiid = options_of(config)
    aux = wiid.get('aux') or {}
    parts = [wiid.get(name) is not None for name in ('darken', 'enhance', 'mask')]
    parts += [aux.get('byol'), aux.get('mmd'), wiid.get('joint_forward', True)]
    if not all(parts):
        raise ValueError(
            f'{config.filename}: needs darken, enhance, mask, byol, mmd and joint_forward=True under '
            'wiid; take yolov5*_wiid_* in configs/yolo'
        )
    if size % STRIDE:
        raise ValueError(f'--size {size}: Ultralytics takes multiples of {STRIDE}')
    trainer = _build_trainer(config, size, batch_size, setting)
    data = _draw_data(size, batch_size, trainer.data['nc'])
    bare = YoloBareStep(trainer, data, setting)
    return {'WiiD': YoloWiidStep(trainer, data, setting), 'bare loop': bare}


def _build_trainer(
    config: Config, size: int, batch_size: int, setting: Setting
) -> PairedDetectionTrainer:
    """Make the trainer and all that it makes before its first batch; its data set is one picture."""
    level = LOGGER.level
    LOGGER.setLevel('WARNING')
    with TemporaryDirectory() as name:
        folder = Path(name)
        for part in ('images', 'labels'):
            (folder / part).mkdir()
        cv2.imwrite(str(folder / 'images' / '0.png'), np.zeros((size, size, 3), np.uint8))
        (folder / 'labels' / '0.txt').write_text('0 0.5 0.5 0.5 0.5\n')
        data = write_data(config, folder, path=name, train='images', val='images')
        own = dict(data=str(data), save_dir=name, model=config.model, imgsz=size, batch=batch_size)
        own |= dict(device='0' if setting.device == 'cuda' else 'cpu', workers=0, plots=False)
        own |= dict(amp='bf16' if setting.bf16 else False)
        trainer = PairedDetectionTrainer(overrides=plain_dict(config.train) | own)
        trainer._setup_train()  # the first half of train(), whose second half is the loop
    LOGGER.setLevel(level)
    trainer.model.train()
    return trainer


def _draw_data(size: int, batch_size: int, classes: int) -> dict[str, Tensor]:
    """A batch as Ultralytics' loader gives it, and dark pictures ``(B, 3, size, size)`` uint8."""
    count, shape = batch_size * BOXES, (batch_size, 3, size, size)
    day, dark = (torch.randint(0, 256, shape, dtype=torch.uint8) for _ in range(2))
    corners = torch.rand(count, 2, 2).sort(1).values.flatten(1)
    return dict(
        img=day,
        dark=dark // 8,
        cls=torch.randint(classes, (count, 1)).float(),
        bboxes=box_convert(corners, 'xyxy', 'cxcywh'),
        batch_idx=torch.arange(batch_size).repeat_interleave(BOXES).float(),
    )
