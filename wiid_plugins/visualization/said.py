"""What several classifiers say of the same dark images, side by side."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import BaseDataset, pseudo_collate
from mmengine.registry import init_default_scope
from mmengine.runner import load_checkpoint

from ..registry import DATASETS, MODELS
from .clips import write_text

SIDE = 128  # of an image, px
GAP, TEXT = 4, 22  # between images and for a line of text, px
RIGHT, WRONG, PLAIN = (0, 128, 0), (0, 0, 200), (0, 0, 0)  # BGR


def draw_said(
    models: dict[str, tuple[Config, str | Path]], columns: Sequence[str], out: Path
) -> None:
    """Draw the first image of each class in some test sets, and what each model says of the last set.

    Args:
        models: Name -> composed config of a classifier, and a checkpoint of it. The test sets are those
            of the first.
        columns: Names of test sets, for example ``night`` and ``night_enhanced``.
        out: The PNG.
    """
    first = next(iter(models.values()))[0]
    init_default_scope(first.default_scope)
    named = {s.pipeline[-2]['name']: s for s in first.test_dataloader.dataset.datasets}
    sets = [DATASETS.build(named[name]) for name in columns]
    samples = [[dataset[i] for i in first_of_each(dataset)] for dataset in sets]
    classes = sets[-1].metainfo['classes']
    rows = [
        (title, [classes[label] for label in predicted(*model, samples[-1])])
        for title, model in models.items()
    ]
    truth = [classes[int(sample['data_samples'].gt_label)] for sample in samples[-1]]
    images = [[sample['inputs'] for sample in row] for row in samples]
    out.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(out), sheet(dict(zip(columns, images, strict=True)), truth, rows))


def first_of_each(dataset: BaseDataset) -> list[int]:
    """Places of the first image of each class."""
    labels = [dataset.get_data_info(i)['gt_label'] for i in range(len(dataset))]
    return [labels.index(label) for label in sorted(set(labels))]


@torch.no_grad()
def predicted(config: Config, checkpoint: str | Path, samples: list[dict]) -> list[int]:
    """The class that a model finds most likely for each packed sample."""
    model = dict(config.model)
    model.setdefault('data_preprocessor', config.get('data_preprocessor'))
    built = MODELS.build(model).eval()
    load_checkpoint(built, str(checkpoint), map_location='cpu')
    return [int(found.pred_label) for found in built.test_step(pseudo_collate(samples))]


def sheet(
    images: dict[str, list[torch.Tensor]], truth: list[str], rows: list[tuple[str, list[str]]]
) -> np.ndarray:
    """Lay out a row per set and a line per model, ``(H, W, 3)`` uint8 BGR.

    Args:
        images: Name of a set -> images ``(3, H, W)`` uint8 BGR.
        truth: What is on them.
        rows: Name of a model and what it says of each.
    """
    step, margin = SIDE + GAP, 150
    height = len(images) * step + (len(rows) + 1) * TEXT + GAP
    page = np.full((height, margin + len(truth) * step, 3), 255, np.uint8)
    for line, (name, row) in enumerate(images.items()):
        write_text(page, name.replace('_', ', '), (GAP, line * step + SIDE // 2), PLAIN)
        for column, image in enumerate(row):
            picture = image.permute(1, 2, 0).numpy()
            x, y = margin + column * step, line * step + GAP
            size = (SIDE, SIDE)
            page[y : y + SIDE, x : x + SIDE] = cv2.resize(
                picture, size, interpolation=cv2.INTER_AREA
            )
    for line, (name, words) in enumerate([('is a', truth), *rows]):
        y = len(images) * step + GAP + (line + 1) * TEXT - 6
        write_text(page, name, (GAP, y), PLAIN)
        for column, word in enumerate(words):
            colour = PLAIN if not line else RIGHT if word == truth[column] else WRONG
            write_text(page, word, (margin + column * step, y), colour)
    return page
