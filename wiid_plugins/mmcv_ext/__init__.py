"""What stands in for ``mmcv._ext`` where mmcv came without its compiled operators.

The functions have the names and arguments of mmcv 2.1.0's own and work on CPU and CUDA tensors, on
torchvision's kernels and plain torch. ``wiid_plugins.missing`` offers this module to the import of
``mmcv._ext``; a compiled mmcv never reaches it.
"""

from .convolution import (
    deform_conv_backward_input,
    deform_conv_backward_parameters,
    deform_conv_forward,
    masked_col2im_forward,
    masked_im2col_forward,
    modulated_deform_conv_backward,
    modulated_deform_conv_forward,
)
from .focal import (
    sigmoid_focal_loss_backward,
    sigmoid_focal_loss_forward,
    softmax_focal_loss_backward,
    softmax_focal_loss_forward,
)
from .pooling import roi_align_backward, roi_align_forward, roi_pool_backward, roi_pool_forward
from .refusal import get_compiler_version, get_compiling_cuda_version, refuse
from .resampling import (
    carafe_backward,
    carafe_forward,
    carafe_naive_backward,
    carafe_naive_forward,
    ms_deform_attn_backward,
    ms_deform_attn_forward,
    tin_shift_backward,
    tin_shift_forward,
)
from .suppression import nms, nms_match, softnms

__all__ = [
    'carafe_backward',
    'carafe_forward',
    'carafe_naive_backward',
    'carafe_naive_forward',
    'deform_conv_backward_input',
    'deform_conv_backward_parameters',
    'deform_conv_forward',
    'get_compiler_version',
    'get_compiling_cuda_version',
    'masked_col2im_forward',
    'masked_im2col_forward',
    'modulated_deform_conv_backward',
    'modulated_deform_conv_forward',
    'ms_deform_attn_backward',
    'ms_deform_attn_forward',
    'nms',
    'nms_match',
    'roi_align_backward',
    'roi_align_forward',
    'roi_pool_backward',
    'roi_pool_forward',
    'sigmoid_focal_loss_backward',
    'sigmoid_focal_loss_forward',
    'softmax_focal_loss_backward',
    'softmax_focal_loss_forward',
    'softnms',
    'tin_shift_backward',
    'tin_shift_forward',
]


def __getattr__(name: str):
    """Give an operator that says it is not there: mmcv asks for all names when it is imported."""
    if name.startswith('_'):
        raise AttributeError(name)
    return refuse(name)
