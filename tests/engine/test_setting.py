"""Log and checkpoint say which unlabelled dark data a model has seen."""

from types import SimpleNamespace

from toy import Line, Pictures, make_runner
from wiid_plugins.compat import load_local
from wiid_plugins.engine import SafeCheckpointHook, SettingHook


def make(tmp_path):
    checkpoint = SafeCheckpointHook(interval=1)
    return make_runner(tmp_path, hooks=[SettingHook()], checkpoint=checkpoint)


def setting_of(runner, tmp_path):
    runner.train()
    return load_local(str(tmp_path / 'epoch_1.pth'))['meta']['wiid']


def test_without_dark_pictures_it_is_zero_shot(tmp_path):
    found = setting_of(make(tmp_path), tmp_path)
    assert found == dict(setting='zero-shot', unlabelled_dark=None, selection='last')


def test_the_dark_folder_and_its_size_are_named(tmp_path):
    class Dark(Pictures):
        img_prefix = 'data/night_street'

    runner = make(tmp_path)
    runner.train_dataloader.dataset.dark = Dark(17)
    assert setting_of(runner, tmp_path) == dict(
        setting='unsupervised', unlabelled_dark='data/night_street (17 pictures)', selection='last'
    )


def test_a_learned_darkener_is_named_and_ends_zero_shot():
    hook, loader = SettingHook(), SimpleNamespace(dataset=Pictures(1))
    views = SimpleNamespace(darken=SimpleNamespace(weights='cut.pth'), enhance=None)
    model = SimpleNamespace(data_preprocessor=views)
    hook.before_train(SimpleNamespace(train_dataloader=loader, hooks=[], model=model))
    assert hook.setting['setting'] == 'unsupervised' and hook.setting['darken'] == 'cut.pth'


def test_selection_by_the_best_score_is_named():
    hook, checkpoint = SettingHook(), {'meta': {}}
    loader = SimpleNamespace(dataset=Pictures(1))
    hooks = [hook, SimpleNamespace(save_best='day/top1')]
    hook.before_train(SimpleNamespace(train_dataloader=loader, hooks=hooks, model=Line()))
    hook.before_save_checkpoint(None, checkpoint)
    assert checkpoint['meta']['wiid']['selection'] == 'best day/top1'
