"""Child registries of mmengine's roots: ``wiid_plugins.X`` in a config needs no ``custom_imports``."""

from mmengine import registry as root

from . import compat

SCOPE = 'wiid_plugins'

DATASETS = root.Registry(
    'dataset', parent=root.DATASETS, scope=SCOPE, locations=['wiid_plugins.datasets']
)
HOOKS = root.Registry(
    'hook',
    parent=root.HOOKS,
    scope=SCOPE,
    locations=['wiid_plugins.engine', 'wiid_plugins.visualization'],
)
LOOPS = root.Registry('loop', parent=root.LOOPS, scope=SCOPE, locations=['wiid_plugins.engine'])
METRICS = root.Registry(
    'metric',
    parent=root.METRICS,
    scope=SCOPE,
    locations=['wiid_plugins.engine', 'wiid_plugins.translation'],
)
MODELS = root.Registry(
    'model',
    parent=root.MODELS,
    scope=SCOPE,
    locations=[
        'wiid_plugins.models',
        'wiid_plugins.translation',
        'wiid_plugins.cls',
        'wiid_plugins.det',
        'wiid_plugins.act',
    ],
)
OPTIM_WRAPPERS = root.Registry(
    'optimizer wrapper',
    parent=root.OPTIM_WRAPPERS,
    scope=SCOPE,
    locations=['wiid_plugins.engine'],
)
OPTIM_WRAPPER_CONSTRUCTORS = root.Registry(
    'optimizer wrapper constructor',
    parent=root.OPTIM_WRAPPER_CONSTRUCTORS,
    scope=SCOPE,
    locations=['wiid_plugins.engine'],
)
RUNNERS = root.Registry(
    'runner',
    parent=root.RUNNERS,
    scope=SCOPE,
    build_func=root.build_runner_from_cfg,
    locations=['wiid_plugins.engine'],
)
TRANSFORMS = root.Registry(
    'transform', parent=root.TRANSFORMS, scope=SCOPE, locations=['wiid_plugins.transforms']
)

compat.mend()
