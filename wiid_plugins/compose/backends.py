"""What a training logs to besides files: ``visualizer.vis_backends``, the same key for every toolbox."""

from importlib.util import find_spec

from mmengine.config import Config

PACKAGES = {
    'TensorboardVisBackend': 'tensorboard',
    'WandbVisBackend': 'wandb',
    'MLflowVisBackend': 'mlflow',
}


def packages_of(cfg: Config) -> list[str]:
    """Name the packages that a config logs with.

    Raises:
        ModuleNotFoundError: If one is not installed; the message names the command.
    """
    listed = (cfg.get('visualizer') or {}).get('vis_backends') or []
    kinds = [str(backend['type']).split('.')[-1] for backend in listed]
    named = {kind: PACKAGES[kind] for kind in kinds if kind in PACKAGES}
    for kind, package in named.items():
        if find_spec(package) is None:
            raise ModuleNotFoundError(
                f'visualizer.vis_backends has {kind}, and {package} is not installed; run `pip install '
                f'{package}`, or take it out'
            )
    return list(named.values())
