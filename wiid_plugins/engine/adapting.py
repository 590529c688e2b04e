"""A test that adapts the model to what it is tested on."""

import itertools
from collections.abc import Sequence
from typing import Any

import torch
from mmengine.logging import print_log
from mmengine.runner import Runner, TestLoop
from torch import Tensor

from ..models.adapt import Tent, batch_statistics, renew_statistics
from ..models.unwrapped import model_of
from ..registry import LOOPS

METHODS = ('adabn', 'adabn-batch', 'tent')


@LOOPS.register_module()
class AdaptedTestLoop(TestLoop):
    """mmengine's ``TestLoop`` with AdaBN or TENT; every domain starts from the trained model.

    Each domain is tested by itself and in a random order: sorted by class, the statistics of a batch
    would be those of a class.

    Args:
        method: ``'adabn'``, statistics of batch norm from unlabelled dark images; ``'adabn-batch'``,
            from each batch of the test; ``'tent'``, the same and a step on the entropy of the
            predictions per batch.
        dark: Config of a set of unlabelled dark images, of ``'adabn'``; they go through the pipeline of
            each domain, so that they are as bright as what is tested.
        lr: Of ``'tent'``.
        **kwargs: Of mmengine's ``TestLoop``.

    Raises:
        ValueError: If there is no such method, or the model cannot be adapted by it.
    """

    def __init__(
        self,
        runner: Runner,
        dataloader: dict,
        evaluator: Any,
        method: str,
        dark: dict | None = None,
        lr: float = 1e-3,
        **kwargs: Any,
    ):
        super().__init__(runner, dataloader, evaluator, **kwargs)
        if method not in METHODS:
            raise ValueError(f'wiid.adapt.method is {method!r}; it is one of {", ".join(METHODS)}')
        if method == 'adabn' and dark is None:
            raise ValueError('wiid.adapt.method is adabn, which needs wiid.dark for its statistics')
        self.method, self.lr = method, lr
        shuffled = dict(
            dataloader, sampler=dict(type='DefaultSampler', shuffle=True, round_up=False)
        )
        joined = self.dataloader.dataset
        parts = getattr(joined, 'datasets', [joined])
        self.domains = [runner.build_dataloader({**shuffled, 'dataset': p}, seed=0) for p in parts]
        self.dark = None
        if dark is not None:
            configs = dataloader['dataset'].get('datasets', [dataloader['dataset']])
            sets = [{**dark, 'pipeline': _unlabelled(part['pipeline'])} for part in configs]
            self.dark = [runner.build_dataloader({**shuffled, 'dataset': s}, seed=0) for s in sets]

    def run(self) -> dict:
        """Adapt and test; every domain starts from the trained model, which is left as it was."""
        model = model_of(self.runner)
        start = {name: tensor.clone() for name, tensor in model.state_dict().items()}
        self.runner.call_hook('before_test')
        self.runner.call_hook('before_test_epoch')
        model.eval()
        print_log(f'The model adapts to the test: {self.method}', 'current')
        steps = itertools.count()
        for place, loader in enumerate(self.domains):
            tent = Tent(model, self.lr) if self.method == 'tent' else None
            if self.dark is not None:
                renew_statistics(model, self.dark[place], model.test_step)
            for batch in loader:
                self._iterate(next(steps), batch, tent)
            model.load_state_dict(start)
        metrics = self.evaluator.evaluate(len(self.dataloader.dataset))
        self.runner.call_hook('after_test_epoch', metrics=metrics)
        self.runner.call_hook('after_test')
        return metrics

    def _iterate(self, index: int, batch: dict, tent: Tent | None) -> None:
        self.runner.call_hook('before_test_iter', batch_idx=index, data_batch=batch)
        model = self.runner.model
        if tent is not None:
            outputs = tent(lambda: _scored(model.test_step(batch)))
        else:
            outputs = self._predict(model, batch)
        self.evaluator.process(data_samples=outputs, data_batch=batch)
        self.runner.call_hook('after_test_iter', batch_idx=index, data_batch=batch, outputs=outputs)

    @torch.no_grad()
    def _predict(self, model: Any, batch: dict) -> list:
        if self.method == 'adabn':
            return model.test_step(batch)
        with batch_statistics(model):
            return model.test_step(batch)


def _unlabelled(pipeline: Sequence[dict]) -> list[dict]:
    return [step for step in pipeline if 'LoadAnnotations' not in step['type']]


def _scored(samples: list) -> tuple[Tensor, list]:
    """Probabilities of a batch with their graph, and its samples without."""
    if any('pred_score' not in sample for sample in samples):
        raise ValueError(
            'wiid.adapt.method is tent, and the model gives no scores of classes; it is for '
            'classifiers and recognizers, for detectors take adabn'
        )
    scores = torch.stack([sample.pred_score for sample in samples])
    return scores, [sample.detach() for sample in samples]
