"""The stock model of a config, with the weights of a checkpoint, ready to predict."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mmengine.config import Config, ConfigDict
from mmengine.registry import init_default_scope
from torch import nn

from ..compat import load_local
from ..compose import read_config
from ..compose.datasets import check_sets
from ..compose.own import innermost, nodes
from ..compose.tasks import TASKS, Task
from ..registry import DATASETS, MODELS
from ..weights.plain import PREFIX, plain

SCOPES = {task.scope: task for task in TASKS.values()}


def read_composed(config: str | Path | Config, options: dict | None = None) -> Config:
    """Read a config to predict with; one without the block ``wiid`` is taken as it is.

    Raises:
        FileNotFoundError: If there is none, or data that it reads its classes from are not there.
        ValueError: If it is for none of the toolboxes.
    """
    if not isinstance(config, Config):
        path = Path(config)
        if not path.is_file():
            raise FileNotFoundError(f'{path}: there is no such config')
        try:
            config = read_config(path, options)
        except FileNotFoundError as error:
            raise FileNotFoundError(
                f'{error}. Without the data, give the config that the training wrote beside the '
                f'checkpoint: work_dirs/{path.stem}/{path.name}'
            ) from None
    scope = config.get('default_scope')
    if scope not in (*SCOPES, 'ultralytics'):
        raise ValueError(
            f'{config.filename}: default_scope is {scope!r}; it is one of '
            f'{", ".join([*SCOPES, "ultralytics"])}'
        )
    if scope in SCOPES:
        check_sets(config, SCOPES[scope])
    return config


def enhancement_of(config: Config) -> dict | None:
    """Give the options of the brightening that a composed config tests with; None: none.

    A config without a day and a night, of the toolbox itself, gets the procedural curve.
    """
    if 'wiid' in config:  # of Ultralytics, which keeps its block
        return config.wiid.get('enhance')
    steps = list(nodes([config.get('test_dataloader'), config.get('val_dataloader')]))
    for step in steps:
        kind = str(step.get('type')).split('.')[-1]
        if kind == 'Enhance':
            return {k: v for k, v in step.items() if k not in ('type', 'key')}
        if kind == 'LoadImage' and step.get('enhance') is not None:
            return dict(step['enhance'])
    composed = any(str(step.get('type')).endswith('SetDomain') for step in steps)
    return None if composed else {}


def test_steps(config: Config) -> list[ConfigDict]:
    """Give the pipeline that a config tests by night with, without brightening or darkening.

    Raises:
        ValueError: If there is none.
    """
    for job in ('test', 'val'):
        loader = config.get(f'{job}_dataloader')
        if loader:
            joined = loader.dataset.get('datasets') or [innermost(loader.dataset)]
            by_night = [d for d in joined if str(_domain(d)).startswith('night')]
            return _unlit((by_night or list(joined))[0].pipeline)
    if config.get('test_pipeline'):
        return _unlit(config.test_pipeline)
    raise ValueError(
        f'{config.filename}: has no test set whose pipeline says how images are prepared; set '
        'test_pipeline=[...] in it'
    )


def _domain(dataset: ConfigDict) -> str | None:
    named = (s.get('name') for s in dataset.pipeline if s['type'] == 'wiid_plugins.SetDomain')
    return next(named, None)


def _unlit(steps: list[ConfigDict]) -> list[ConfigDict]:
    ours = ('Darken', 'Enhance', 'SetDomain')
    return [step for step in steps if str(step['type']).split('.')[-1] not in ours]


def build_stock(config: Config, task: Task, checkpoint: Any) -> tuple[nn.Module, tuple[str, ...]]:
    """Build the stock model of a composed config, in evaluation mode, and name its classes.

    Args:
        config: Composed.
        task: Of its toolbox.
        checkpoint: Path of a paired or a plain checkpoint; None: ``load_from`` of the config.

    Raises:
        FileNotFoundError: If there is no such checkpoint.
        pickle.UnpicklingError: If it holds what may not be in it.
        ValueError: If it does not fit the config.
    """
    path = checkpoint or config.get('load_from')
    if not path:
        raise ValueError(f'{config.filename}: no checkpoint is given, and load_from is not set')
    init_default_scope(task.scope)
    outer = config.model.module if 'module' in config.model else config.model
    stock, views = outer.get(task.stock, outer), outer.get('data_preprocessor')
    views = views or config.get('data_preprocessor') or ConfigDict()
    preprocessor = views.preprocessor if task.stock in outer else views
    stock = ConfigDict(stock, data_preprocessor={'type': task.preprocessor, **preprocessor})
    for node in nodes(stock):  # weights that the checkpoint replaces
        node.pop('pretrained', None)
        if (node.get('init_cfg') or {}).get('type') == 'Pretrained':
            node['init_cfg'] = None
    model = MODELS.build(stock)
    loaded = load_local(str(path), map_location='cpu')
    state = loaded.get('state_dict', loaded) if isinstance(loaded, dict) else {}
    if any(key.startswith(PREFIX) for key in state):
        state = plain({'state_dict': state})[0]['state_dict']
    _load(model, state, f'{path} does not fit {config.filename}')
    meta = loaded.get('meta') or {}
    return model.eval(), _names(model, config, meta.get('dataset_meta') or {})


def _load(model: nn.Module, state: dict, about: str) -> None:
    own = model.state_dict()
    missing = [name for name in own if name not in state]
    other = [name for name in own if name in state and own[name].shape != state[name].shape]
    if other:
        name = other[0]
        raise ValueError(
            f'{about}: {len(other)} tensors are of other sizes, {name} is '
            f'{tuple(state[name].shape)}, and the config makes it {tuple(own[name].shape)}; take '
            'the config that it was trained with, and its classes'
        )
    if missing:
        raise ValueError(
            f'{about}: {len(missing)} of {len(own)} tensors are not in it, the first is '
            f'{missing[0]}; take the config that it was trained with'
        )
    model.load_state_dict(state, strict=False)


def _names(model: nn.Module, config: Config, meta: dict) -> tuple[str, ...]:
    """The classes of the checkpoint, else of the config's test set, else their numbers."""
    loader = config.get('test_dataloader') or config.get('val_dataloader')
    known = meta.get('classes') or meta.get('CLASSES')
    if not known and loader:
        joined = loader.dataset.get('datasets') or [innermost(loader.dataset)]
        kind = DATASETS.get(joined[0].type)
        known = (joined[0].get('metainfo') or {}).get('classes')
        known = known or getattr(kind, 'METAINFO', {}).get('classes')
    if known and not isinstance(known, str):
        return tuple(known)
    counts: Iterator[Any] = (getattr(part, 'num_classes', None) for part in model.modules())
    return tuple(f'class {i}' for i in range(next(filter(None, counts), 0)))
