"""Runs of mmcv's operators, forward and backward, that two of their versions are compared on."""

import torch
from mmcv.ops import (
    RoIAlign,
    RoIPool,
    carafe,
    deform_conv2d,
    modulated_deform_conv2d,
    nms,
    nms_match,
    sigmoid_focal_loss,
    soft_nms,
    softmax_focal_loss,
    tin_shift,
)
from mmcv.ops.multi_scale_deform_attn import MultiScaleDeformableAttnFunction


def draw(device, *shapes):
    return [torch.randn(*shape).to(device).requires_grad_() for shape in shapes]


def with_gradients(value, leaves):
    return [value, *torch.autograd.grad((value**2).sum(), leaves)]


def run_nms(device='cpu'):
    corner = torch.rand(2000, 2) * 300
    boxes, scores = torch.cat([corner, corner + torch.rand(2000, 2) * 60], 1), torch.rand(2000)
    boxes, scores, found = boxes.to(device), scores.to(device), []
    for offset in (0, 1):
        found += [*nms(boxes, scores, 0.5, offset)]
        for method in ('naive', 'linear', 'gaussian'):
            found += [*soft_nms(boxes[:500], scores[:500], method=method, offset=offset)]
    return found + nms_match(torch.cat([boxes, scores[:, None]], 1), 0.5)


def _rois(device):
    corner = torch.rand(100, 2) * 90
    rois = [torch.arange(100)[:, None] % 2, corner, corner + torch.rand(100, 2) * 60]
    return torch.cat(rois, 1).to(device)


def run_roi_align(device='cpu'):
    (features,), rois, found = draw(device, (2, 8, 20, 30)), _rois(device), []
    for ratio, aligned in [(0, True), (2, True), (0, False), (3, False)]:
        pooled = RoIAlign(7, 0.25, ratio, 'avg', aligned)(features, rois)
        found += with_gradients(pooled, [features])
    return found


def run_roi_pool(device='cpu'):
    features = draw(device, (2, 8, 20, 30))
    return with_gradients(RoIPool(7, 0.25)(features[0], _rois(device)), features)


def run_deformable(device='cpu'):
    image, offset, weight, bias = draw(device, (2, 4, 12, 10), (2, 36, 6, 5), (6, 2, 3, 3), (6,))
    mask = torch.rand(2, 18, 6, 5).to(device).requires_grad_()
    plain = deform_conv2d(image, offset, weight, 2, 1, 1, 2, 2)
    modulated = modulated_deform_conv2d(image, offset, mask, weight, bias, 2, 1, 1, 2, 2)
    return with_gradients(plain, [image, offset, weight]) + with_gradients(
        modulated, [image, offset, mask, weight, bias]
    )


def run_focal(device='cpu'):
    logits, target = draw(device, (50, 7)), (torch.arange(50) % 7).to(device)
    weight = torch.rand(7).to(device)
    return [
        *with_gradients(sigmoid_focal_loss(*logits, target, 2.0, 0.25, weight, 'sum'), logits),
        *with_gradients(softmax_focal_loss(*logits, target, 2.0, 0.25, weight, 'sum'), logits),
    ]


def run_resampling(device='cpu'):
    leaves = draw(device, (2, 4, 6, 5), (2, 18, 12, 10))
    clip, shift = draw(device, (2, 4, 6, 5)), torch.tensor([[1, -2, 0], [3, 0, -1]]).to(device)
    return [
        *with_gradients(carafe(*leaves, 3, 2, 2), leaves),
        *with_gradients(tin_shift(*clip, shift.int()), clip),
    ]


def run_attention(device='cpu'):
    shapes = torch.tensor([[6, 8], [3, 4]]).to(device)
    value, weights = draw(device, (2, 60, 2, 4), (2, 9, 2, 2, 4))
    locations = torch.rand(2, 9, 2, 2, 4, 2).to(device).requires_grad_()
    args = value, shapes, shapes.new_tensor([0, 48]), locations, weights, 64
    found = MultiScaleDeformableAttnFunction.apply(*args)
    return with_gradients(found, [value, locations, weights])
