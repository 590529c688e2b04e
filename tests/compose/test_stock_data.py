"""Stock training sets that are joined are taken; what is no colour image ends with a sentence."""

import pytest
from mmengine.registry import init_default_scope

from compose_toy import two_lines
from wiid_plugins.compose import compose
from wiid_plugins.registry import MODELS

POSE = (
    'mmaction::skeleton/posec3d/slowonly_r50_8xb16-u48-240e_gym-keypoint.py',
    'mmaction::recognition/tsn/tsn_imagenet-pretrained-r50_8xb32_5x1x3-110e_kinetics400-flow.py',
    'mmpretrain::resnet/resnet18_8xb16_cifar10.py',
)


@pytest.mark.parametrize('stock', POSE)
def test_what_holds_no_images_to_read_is_refused(stock):
    with pytest.raises(
        ValueError, match='train_dataloader.dataset: its pipeline .* reads no colour'
    ):
        compose(two_lines(stock))


def test_joined_training_sets_have_a_dark_set_beside_them():
    stock = 'mmdet::pascal_voc/faster-rcnn_r50_fpn_1x_voc0712.py'
    cfg = compose(two_lines(stock, dark='data/dark'))
    both = cfg.train_dataloader.dataset
    assert both.type == 'wiid_plugins.WithDark'
    assert len(both.dataset.dataset.datasets) == 2
    steps = [step.type for step in both.dark.pipeline]
    assert steps == ['LoadImageFromFile', 'Resize', 'RandomFlip', 'PackDetInputs']
    assert both.dark.pipeline[1].scale == (1000, 600)


def test_a_model_that_is_no_classifier_is_refused():
    init_default_scope('mmpretrain')
    cfg = compose(two_lines('mmpretrain::simclr/simclr_resnet50_8xb32-coslr-200e_in1k.py'))
    with pytest.raises(
        ValueError, match='PairedClassifier: SimCLR is no BaseClassifier; take a st'
    ):
        MODELS.build(cfg.model)
