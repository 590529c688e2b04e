"""The stock model of a config, with the weights of a checkpoint, ready to predict."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config, ConfigDict
from mmengine.registry import init_default_scope
from torch import Tensor, nn

from ..compat import load_local
from ..compose import read_config
from ..compose.datasets import check_sets, domain_of
from ..compose.own import innermost, nodes
from ..compose.tasks import TASKS, Task
from ..engine.classes import compare
from ..engine.fitting import describe
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
    return None if is_composed(config) else {}


def is_composed(config: Config) -> bool:
    """Whether the block of a config is laid already, as in the copy that a work dir has."""
    return any(step.get('type') == 'wiid_plugins.SetDomain' for step in nodes(config._cfg_dict))


def test_steps(config: Config) -> list[ConfigDict]:
    """Give the pipeline that a config tests by night with, without brightening or darkening.

    Raises:
        ValueError: If there is none.
    """
    for job in ('test', 'val'):
        loader = config.get(f'{job}_dataloader')
        if loader:
            joined = loader.dataset.get('datasets') or [innermost(loader.dataset)]
            by_night = [d for d in joined if str(domain_of(d)).startswith('night')]
            return _unlit((by_night or list(joined))[0].pipeline)
    if config.get('test_pipeline'):
        return _unlit(config.test_pipeline)
    raise ValueError(
        f'{config.filename}: has no test set whose pipeline says how images are prepared; set '
        'test_pipeline=[...] in it'
    )


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
    model = MODELS.build(stock).eval()
    meta = _load(model, Path(path))
    return model, _names(model, config, Path(path), meta.get('dataset_meta') or {})


def _load(model: nn.Module, path: Path) -> dict:
    """Load a paired or plain checkpoint into a stock model; give its meta."""
    checkpoint = load_local(str(path), map_location='cpu')
    state = checkpoint.get('state_dict', checkpoint) if isinstance(checkpoint, dict) else None
    if not state or not all(isinstance(value, Tensor) for value in state.values()):
        raise ValueError(f'{path}: holds no state_dict; give a checkpoint that a training wrote')
    state = {name.removeprefix('module.'): value for name, value in state.items()}
    if any(name.startswith(PREFIX) for name in state):
        state = plain({'state_dict': state})[0]['state_dict']
    wanted = {k: v.shape for k, v in model.state_dict().items() if 'num_batches' not in k}
    found = {k: v.shape for k, v in state.items()}
    missing = [name for name in wanted if name not in found]
    if fault := describe(wanted, found, missing, paired=True):
        raise ValueError(f'{path} does not fit the model of the config: {fault}')
    model.load_state_dict(state, strict=False)
    return checkpoint.get('meta') or {}


def _names(model: nn.Module, config: Config, path: Path, meta: dict) -> tuple[str, ...]:
    """The classes of the checkpoint, else of the config's test set, else their numbers.

    Raises:
        ValueError: If both are known, and differ.
    """
    trained, tested = meta.get('classes') or meta.get('CLASSES'), _tested_classes(config)
    if trained and tested:
        compare(f'checkpoint {path}', trained, 'test set of the config', tested)
    known = trained or tested
    if known and not isinstance(known, str):
        return tuple(known)
    counts: Iterator[Any] = (getattr(part, 'num_classes', None) for part in model.modules())
    return tuple(f'class {i}' for i in range(next(filter(None, counts), 0)))


def _tested_classes(config: Config) -> Sequence[str] | None:
    """The classes that a config, or the class of its set, names."""
    loader = config.get('test_dataloader') or config.get('val_dataloader')
    if not loader:
        return None
    first = (loader.dataset.get('datasets') or [innermost(loader.dataset)])[0]
    named = (first.get('metainfo') or {}).get('classes')
    return named or getattr(DATASETS.get(first.type), 'METAINFO', {}).get('classes')
