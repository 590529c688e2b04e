"""Learning rates by layer, for the stock model inside of a paired one."""

from mmengine.optim import OptimWrapper

from ..models.paired import PairedModel
from ..registry import OPTIM_WRAPPER_CONSTRUCTORS


@OPTIM_WRAPPER_CONSTRUCTORS.register_module()
class PairedConstructor:
    """Let a toolbox's constructor see the stock model by the names of its layers that it knows.

    What is not of the stock model, the auxiliary heads, is trained with the optimizer's own options.

    Args:
        optim_wrapper_cfg: Config of the optimizer wrapper; ``stock`` in it is the constructor's type.
        paramwise_cfg: Of the stock constructor.
    """

    def __init__(self, optim_wrapper_cfg: dict, paramwise_cfg: dict | None = None):
        optim_wrapper_cfg = dict(optim_wrapper_cfg)
        self.stock = OPTIM_WRAPPER_CONSTRUCTORS.build(
            dict(
                type=optim_wrapper_cfg.pop('stock'),
                optim_wrapper_cfg=optim_wrapper_cfg,
                paramwise_cfg=paramwise_cfg,
            )
        )

    def __call__(self, model: PairedModel) -> OptimWrapper:
        """Build the wrapper of a paired model's parameters."""
        wrapper = self.stock(model.model)
        stock = {id(p) for p in model.model.parameters()}
        rest = [
            (name, p)
            for name, p in model.named_parameters()
            if p.requires_grad and id(p) not in stock
        ]
        if rest:
            named = 'param_names' in wrapper.optimizer.param_groups[0]  # torch wants all or none
            wrapper.optimizer.add_param_group({'params': rest if named else [p for _, p in rest]})
        return wrapper
