"""The guards stop with a sentence that names the cause and the mend."""

from types import SimpleNamespace

import pytest
import torch
from mmengine.hooks import Hook

from toy import Pictures, build_paired, build_stock, make_runner
from wiid_plugins.engine import FiniteLossHook, HeadFitsHook


class Spoil(Hook):
    """Make the weights infinite before the third iteration."""

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        if runner.iter == 2:
            torch.nn.init.constant_(runner.model.line.weight, float('inf'))


def test_first_bad_loss_stops_the_training_and_is_named(tmp_path):
    runner = make_runner(tmp_path, n=20, hooks=[Spoil(), FiniteLossHook()])
    with pytest.raises(FloatingPointError) as error:
        runner.train()
    text = str(error.value)
    assert text.startswith("iteration 3: {'loss': inf}")
    assert 'Lower optim_wrapper.optimizer.lr (now 0.05)' in text and 'clip_grad' in text
    assert '--resume' in text and '--amp' not in text
    assert runner.iter == 2


def check_head(model, dataset):
    loader = SimpleNamespace(dataset=dataset)
    HeadFitsHook().before_train(SimpleNamespace(model=model, train_dataloader=loader))


@pytest.mark.parametrize('build', [build_stock, build_paired])
def test_a_head_that_does_not_fit_names_both_numbers(build):
    model, data = build(), Pictures(4)
    check_head(model, data)
    data.metainfo = dict(classes=tuple('abcde'))
    mend = r'num_classes is 3, the training set has 5 classes; set num_classes=5'
    with pytest.raises(ValueError, match=mend):
        check_head(model, data)


def test_what_has_no_class_list_or_no_classifier_is_left_alone():
    model = build_stock()
    model.backbone.num_classes = -1  # as mmpretrain's VGG says "features only"
    check_head(model, Pictures(4))
    check_head(model, [1, 2, 3])
