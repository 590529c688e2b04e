"""The paired model around a stock one."""

from mmengine.config import Config, ConfigDict

from .tasks import Task

OPTIONS = ('tap', 'joint_forward', 'channels_last')
DEFAULT = 'DefaultOptimWrapperConstructor'


def wrap(cfg: Config, block: ConfigDict, task: Task) -> None:
    """Put a paired model in the place of the stock one, inside of what averages a test, too.

    Args:
        cfg: Changed in place.
        block: The block ``wiid``.
        task: Of the stock config.
    """
    outer = cfg.model if 'module' in cfg.model else cfg  # test-time augmentation
    key = 'model' if outer is cfg else 'module'
    stock = ConfigDict(outer[key])
    shared = cfg.pop('data_preprocessor', None) or {}  # a Runner would give it to what is around us
    outer[key] = paired(stock, shared, block, task)
    wrapper = cfg.get('optim_wrapper') or {}
    constructor = wrapper.get('constructor', DEFAULT)
    if constructor != DEFAULT or wrapper.get('paramwise_cfg'):
        wrapper.update(constructor='wiid_plugins.PairedConstructor', stock=constructor)


def paired(stock: ConfigDict, shared: dict, block: ConfigDict, task: Task) -> ConfigDict:
    """Give the config of a paired model.

    Args:
        stock: Of the stock model; its preprocessor is taken out.
        shared: Preprocessor of the config's top level.
        block: The block ``wiid``.
        task: Of the stock model.
    """
    preprocessor = ConfigDict(stock.pop('data_preprocessor', None) or shared)
    preprocessor.setdefault('type', task.preprocessor)
    if 'augments' in (stock.get('train_cfg') or {}):  # Mixup and CutMix of a classifier
        preprocessor.batch_augments = stock.pop('train_cfg')
    mask = dict(block.get('mask') or {})
    views = dict(
        type=task.views,
        preprocessor=preprocessor,
        darken=block.get('darken'),
        enhance=block.get('enhance'),
        **{name: mask.pop(name) for name in task.mask if name in mask},
    )
    views[task.regions] = mask if block.get('mask') is not None else None
    model = {'type': task.model, task.stock: stock}
    aux = block.get('aux') or {}
    if aux.get('consistency'):
        views['whole'] = True
    if aux.get('byol') or aux.get('mmd'):
        model['aux'] = {'type': 'wiid_plugins.WiidAux', **aux}
    model |= {name: block[name] for name in OPTIONS if name in block}
    return ConfigDict(model, data_preprocessor=views)


def put_front(cfg: Config, block: ConfigDict, task: Task) -> None:
    """Put what ``wiid.front`` names in front of the stock backbone.

    Args:
        cfg: Changed in place.
        block: The block ``wiid``.
        task: Of the stock config.

    Raises:
        ValueError: If the stock model is for clips, or its images are not normalised.
    """
    outer = cfg.model.module if 'module' in cfg.model else cfg.model
    views = outer.get('data_preprocessor') or cfg.get('data_preprocessor') or ConfigDict()
    if task.scope == 'mmaction' or not views.get('mean'):
        raise ValueError(
            'wiid.front is for images that the stock preprocessor normalises by a mean'
        )
    if not (views.get('to_rgb') or views.get('bgr_to_rgb')):
        raise ValueError('wiid.front takes RGB, and the stock preprocessor gives BGR')
    outer.backbone = ConfigDict(
        type='wiid_plugins.fronted',
        backbone=outer.backbone,
        front=block.front,
        mean=views.mean,
        std=views.std,
    )
