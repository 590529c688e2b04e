"""What a test got wrong, by domain: a confusion matrix and a sheet of the worst mistakes."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import torch
from mmengine.dist import collect_results, get_dist_info
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.model import BaseTTAModel, is_model_wrapper
from torch import Tensor

from ..registry import HOOKS
from .confusion import as_matrix, draw_confusion, write_table
from .worst import Mistake, Worst, draw_worst, small

RIGHT, WRONG, GREY = '#006400', '#c00000', '#606060'
MOST_CLASSES = 1000  # of which a matrix is written


class Mistakes(Hook):
    """Write ``<work_dir>/<timestamp>/pictures/{confusion,worst}_<domain>.png`` at the end of a test.

    It looks at each sample once, as it leaves the model, and keeps counts and a few small pictures.
    Of several processes the first writes what all have seen; what a sampler gave twice counts once.

    Args:
        worst: Mistakes on a sheet.
    """

    columns = 6  # of a sheet
    legend = 'wrong predictions with the highest score'

    def __init__(self, worst: int = 24):
        self.most = worst

    def before_test_epoch(self, runner) -> None:
        """Start from nothing."""
        self.samples = 0
        self.pairs: dict[str, Counter[tuple[int, int]]] = defaultdict(Counter)
        self.worst: dict[str, Worst] = defaultdict(partial(Worst, self.most))
        self.names = (runner.test_dataloader.dataset.metainfo or {}).get('classes') or ()

    def after_test_iter(self, runner, batch_idx: int, data_batch: dict, outputs) -> None:
        """Look at a batch."""
        images = data_batch['inputs']
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        if isinstance(model, BaseTTAModel):
            images = images[0]  # the other augmentations show the same
        rank, processes = get_dist_info()
        for image, sample in zip(images, outputs, strict=True):
            place = self.samples * processes + rank  # as mmengine's samplers share a set out
            self.samples += 1
            if place < len(runner.test_dataloader.dataset):
                self.look(image, sample, place)

    def look(self, image: Tensor, sample, place: int) -> None:
        """Count a sample in ``pairs``, and add it to ``worst`` if it is a mistake.

        Args:
            image: As it left the pipeline.
            sample: With truth and prediction.
            place: In the test set.
        """
        raise NotImplementedError

    def after_test_epoch(self, runner, metrics: dict | None = None) -> None:
        """Bring the processes together and write."""
        parts = collect_results([(dict(self.pairs), dict(self.worst))], get_dist_info()[1], 'cpu')
        if parts is None:  # of all processes but the first
            return
        folder = Path(runner.log_dir, 'pictures')
        pairs, worst = _merged(parts)
        for domain in pairs:
            folder.mkdir(parents=True, exist_ok=True)
            self.write(folder, domain, pairs[domain], worst.get(domain))
        if pairs:
            print_log(f'Confusion matrices and worst mistakes: {folder}', logger='current')

    def write(
        self, folder: Path, domain: str, pairs: Counter[tuple[int, int]], worst: Worst | None
    ) -> None:
        """Write the pictures of a domain."""
        rows, columns = self.labels()
        if len(rows) <= MOST_CLASSES:
            matrix = as_matrix(pairs, len(rows))
            write_table(matrix, rows, columns, folder / f'confusion_{domain}.csv')
            figure = draw_confusion(matrix, rows, columns, _title(domain))
            figure.savefig(folder / f'confusion_{domain}.png')
        if worst is not None and worst.heap:
            title = f'{_title(domain)}: {self.legend}'
            figure = draw_worst(worst.mistakes(), self.columns, title)
            figure.savefig(folder / f'worst_{domain}.png')

    def labels(self) -> tuple[Sequence[str], Sequence[str]]:
        """Names of rows and columns of the matrix."""
        return self.names, self.names


def _merged(parts: Iterable) -> tuple[dict[str, Counter[tuple[int, int]]], dict[str, Worst]]:
    pairs: dict[str, Counter[tuple[int, int]]] = {}
    worst: dict[str, Worst] = {}
    for counted, kept in parts:
        for domain, counts in counted.items():
            pairs.setdefault(domain, Counter()).update(counts)
        for domain, part in kept.items():
            worst.setdefault(domain, Worst(part.most)).merge(part)
    return pairs, worst


def _title(domain: str) -> str:
    return domain.replace('_', ', ')


@HOOKS.register_module()
class ClassMistakes(Mistakes):
    """Of a classifier: the worst are the wrong predictions with the highest score."""

    def look(self, image: Tensor, sample, place: int) -> None:
        """See :meth:`Mistakes.look`; ``pred_score`` ``(C,)``, ``gt_label`` ``(1,)``."""
        scores = sample.pred_score
        self.names = self.names or tuple(map(str, range(len(scores))))
        truth, found = int(sample.gt_label), int(scores.argmax())
        self.pairs[sample.domain][truth, found] += 1
        if truth != found:
            score = float(scores[found])

            def make() -> Mistake:
                lines = [
                    (f'is {self.names[truth]}', RIGHT),
                    (f'found {self.names[found]}, {score:.2f}', WRONG),
                    (file_of(sample), GREY),
                ]
                return Mistake(small(self.picture(image)), lines)

            self.worst[sample.domain].add((score,), place, make)

    def picture(self, image: Tensor) -> np.ndarray:
        """``(3, H, W)`` uint8 BGR -> ``(H, W, 3)`` RGB."""
        return image.flip(0).permute(1, 2, 0).numpy()


@HOOKS.register_module()
class ClipMistakes(ClassMistakes):
    """Of a recognizer of clips, which are shown by some frames."""

    columns = 2
    frames = 4

    def picture(self, image: Tensor) -> np.ndarray:
        """``(clips, 3, T, H, W)`` or ``(T, 3, H, W)`` uint8 RGB -> frames of the first side by side."""
        frames = image[0].transpose(0, 1) if image.ndim == 5 else image
        chosen = np.linspace(0, len(frames) - 1, self.frames).round().astype(int).tolist()
        return torch.cat([frames[index] for index in chosen], 2).permute(1, 2, 0).numpy()


def file_of(sample) -> str:
    """The name of a sample's file; nothing where it has none."""
    file = Path(sample.get('img_path') or sample.get('filename') or '')
    return file.name
