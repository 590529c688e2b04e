"""Each stock layer trains with its rates of the stock config, and an auxiliary head with its own."""

import copy

import pytest
from mmengine.optim import build_optim_wrapper
from mmengine.registry import DefaultScope, init_default_scope

from compose_toy import two_lines
from wiid_plugins.compose import compose
from wiid_plugins.registry import MODELS

CASES = {
    'Swin-T, keys': ('mmpretrain::swin_transformer/swin-tiny_16xb64_in1k.py', {}),
    'ViT-B of MAE, decay': (
        'mmpretrain::mae/benchmarks/vit-base-p16_8xb128-coslr-100e_in1k.py',
        {},
    ),
    'ConvNeXt-T': ('mmpretrain::convnext/convnext-tiny_32xb128_in1k.py', {}),
    'FCOS, biases': ('mmdet::fcos/fcos_r50-caffe_fpn_gn-head_1x_coco.py', {}),
    'YOLOX': ('mmdet::yolox/yolox_tiny_8xb8-300e_coco.py', {}),
    'Deformable DETR, keys': ('mmdet::deformable_detr/deformable-detr_r50_16xb2-50e_coco.py', {}),
    'ConvNeXt Mask R-CNN, decay': (
        'mmdet::convnext/mask-rcnn_convnext-t-p4-w7_fpn_amp-ms-crop-3x_coco.py',
        {},
    ),
    'TSM': (
        'mmaction::recognition/tsm/tsm_imagenet-pretrained-r50_8xb16-1x1x8-50e_kinetics400-rgb.py',
        {'model.backbone.pretrained': None},
    ),
    'Video Swin': (
        'mmaction::recognition/swin/'
        'swin-tiny-p244-w877_in1k-pre_8xb8-amp-32x2x1-30e_kinetics400-rgb.py',
        {'model.backbone.pretrained': None},
    ),
}


def rates(wrapper):
    """Learning rate and weight decay of each parameter."""
    groups = wrapper.optimizer.param_groups
    return {id(p): (g['lr'], g['weight_decay']) for g in groups for p in g['params']}


def built(cfg):
    cfg.optim_wrapper.type = 'OptimWrapper'  # AMP is for a GPU
    for key in ('loss_scale', 'dtype'):
        cfg.optim_wrapper.pop(key, None)
    model = MODELS.build(cfg.model)
    return model, build_optim_wrapper(model, cfg.optim_wrapper)


@pytest.mark.parametrize('case', CASES)
def test_rates_of_the_stock_layers_are_kept(case):
    stock_name, changes = CASES[case]
    cfg = two_lines(stock_name, changes)
    if 'data_preprocessor' in cfg:
        cfg.model.setdefault('data_preprocessor', cfg.data_preprocessor)
    init_default_scope(cfg.default_scope)
    stock, wrapper = built(copy.deepcopy(cfg))
    paired, both = built(compose(cfg))
    wanted, found = rates(wrapper), rates(both)
    own = dict(stock.named_parameters())
    kept = dict(paired.model.named_parameters())
    assert own.keys() == kept.keys()
    differ = [n for n, p in own.items() if p.requires_grad and wanted[id(p)] != found[id(kept[n])]]
    assert differ == []
    assert len(set(wanted.values())) > 1  # there is something to lose
    options = both.optimizer.defaults
    heads = [found[id(p)] for n, p in paired.named_parameters() if n.startswith('aux.')]
    assert set(heads) == {(options['lr'], options['weight_decay'])}
    assert not [n for n, p in paired.target.named_parameters() if p.requires_grad]
    DefaultScope._instance_dict.clear()


def test_a_config_without_rates_by_layer_keeps_its_constructor():
    cfg = compose(two_lines('mmpretrain::resnet/resnet18_8xb32_in1k.py'))
    assert 'constructor' not in cfg.optim_wrapper


def test_amp_and_accumulation_reach_the_wrapper():
    changes = {'optim_wrapper.type': 'AmpOptimWrapper', 'optim_wrapper.accumulative_counts': 4}
    changes['optim_wrapper.loss_scale'] = 'dynamic'
    cfg = two_lines('mmdet::fcos/fcos_r50-caffe_fpn_gn-head_1x_coco.py', changes)
    before = copy.deepcopy(cfg.optim_wrapper)
    after = compose(cfg).optim_wrapper
    assert {k: after[k] for k in before} == dict(before)
    assert after.stock == 'DefaultOptimWrapperConstructor'
    assert cfg.auto_scale_lr == compose(cfg).auto_scale_lr
