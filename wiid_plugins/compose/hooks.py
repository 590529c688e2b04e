"""The hooks that a training by day and by night needs."""

from mmengine.config import Config, ConfigDict

from .tasks import Task

ALWAYS = (
    'wiid_plugins.CheckpointFitsHook',
    'wiid_plugins.ClassesHook',
    'wiid_plugins.ReseedHook',
    'wiid_plugins.FiniteLossHook',
    'wiid_plugins.HeadFitsHook',
    'wiid_plugins.SettingHook',
)

REFUSED = {
    'PreciseBNHook': 'it would set batch norm by day images alone',
    'MeanTeacherHook': 'it trains a teacher that a paired model does not have',
}


def add_hooks(cfg: Config, block: ConfigDict, task: Task) -> None:
    """Add what a config does not have yet, and put ours in the place of stock ones.

    Args:
        cfg: Changed in place.
        block: The block ``wiid``.
        task: Of the stock config.

    Raises:
        ValueError: If a stock hook does not fit a paired model.
    """
    hooks, paired = list(cfg.get('custom_hooks') or []), block.get('paired', True)
    for hook in hooks if paired else []:
        reason = REFUSED.get(str(hook['type']).split('.')[-1])
        if reason:
            raise ValueError(
                f'custom_hooks has {hook["type"]}, and {reason}; take it out of custom_hooks, or set '
                'wiid.paired=False'
            )
    byol = paired and (block.get('aux') or {}).get('byol')
    wanted = [*ALWAYS, *task.hooks, *['wiid_plugins.MomentumHook'] * bool(byol)]
    if block.get('pictures', True):
        wanted += [task.pictures, *['wiid_plugins.PairsHook'] * bool(paired)]
    there = {hook['type'] for hook in hooks}
    if block.get('mix_style'):
        hooks.append(ConfigDict(type='wiid_plugins.MixStyleHook', **block.mix_style))
    cfg.custom_hooks = hooks + [ConfigDict(type=name) for name in wanted if name not in there]
    for hook in (cfg.get('default_hooks') or {}).values():
        if hook and hook.get('type') in task.stock_hooks:
            hook['type'] = task.stock_hooks[hook['type']]
    for job in ('train', 'val', 'test'):
        if cfg.get(f'{job}_dataloader'):  # ReseedHook: draws of workers that are kept would go on
            cfg[f'{job}_dataloader'].persistent_workers = False
