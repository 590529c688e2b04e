"""How sure is a model of unlabelled dark pictures, the brighter they are made?"""

import copy
from itertools import islice

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import load_checkpoint
from torch import Tensor
from tqdm import tqdm

from ..models.paired import PairedModel
from ..registry import MODELS
from ..translation import build_enhancer
from .drawn import drawn_batches

TARGETS = (None, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)  # mean grey level; None: as they are
BATCH = 32


def brightness_table(config: Config, checkpoint: str, count: int, seed: int) -> str:
    """Mean confidence and entropy over about ``count`` dark pictures, a row per brightness.

    Raises:
        ValueError: If the model gives no class scores, its enhancement has no brightness to set, or
            the checkpoint is of another model.
        OSError: If the checkpoint can't be read.
    """
    enhance = config.model.get('data_preprocessor', {}).get('enhance') or {}
    if config.default_scope not in ('mmpretrain', 'mmaction') or 'method' in enhance:
        raise ValueError(
            f'{config.filename}: --checkpoint needs a classifier or recognizer, and the procedural '
            'enhancement, whose brightness is asked for'
        )
    init_default_scope(config.default_scope)
    model = MODELS.build({**config.model, 'aux': None}).eval()
    try:
        load_checkpoint(model, checkpoint, map_location='cpu', strict=True)
    except RuntimeError as error:
        raise ValueError(
            f'{checkpoint}: does not fit the model of {config.filename}; take a plain one, '
            f'tools/export_plain.py makes it of a paired one: {error}'
        ) from error
    rows = ['| brightness | mean confidence | mean entropy |', '|---|---|---|']
    for target, scores in dark_scores(model, config, count, seed).items():
        entropy = torch.special.entr(scores).sum(1).mean()
        name = 'as it is' if target is None else target
        rows.append(f'| {name} | {scores.max(1).values.mean():.3f} | {entropy:.3f} |')
    return '\n'.join(rows)


@torch.no_grad()
def dark_scores(
    model: PairedModel, config: Config, count: int, seed: int
) -> dict[float | None, Tensor]:
    """Class scores ``(N, classes)`` at each brightness, of dark pictures drawn as for training."""
    config = copy.deepcopy(config)
    config.model.data_preprocessor.update(darken=None, regions=None)  # dark pictures alone count
    enhance = config.model.data_preprocessor.pop('enhance', None) or {}
    scores: dict[float | None, list[Tensor]] = {target: [] for target in TARGETS}
    batches = islice(drawn_batches(config, BATCH, seed), -(-count // BATCH))
    for preprocessor, data, _ in tqdm(batches, unit='batch', delay=1):
        for target, found in scores.items():
            lit = None if target is None else build_enhancer(**{**enhance, 'target': target})
            preprocessor.enhance = lit
            views = preprocessor.pack(preprocessor.draw(data), data['data_samples'])['inputs']
            samples = model(views.dark, data['data_samples'], mode='predict')
            found += [sample.pred_score for sample in samples]
    return {target: torch.stack(found) for target, found in scores.items()}
