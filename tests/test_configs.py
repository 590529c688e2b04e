"""Every config parses, builds and takes one training step, on tiny pictures and a narrow network."""

from pathlib import Path

import pytest
import torch
from mmengine.optim import OptimWrapper
from mmengine.registry import MODELS, init_default_scope
from mmpretrain.structures import DataSample

from wiid_plugins.compose import read_config
from wiid_plugins.compose.own import nodes
from wiid_plugins.translation.cut_generator import Generator
from wiid_plugins.translation.zero_dce import CurveNetwork

ROOT = Path(__file__).resolve().parents[1]
ELSEWHERE = ('_base_', 'yolo', 'det', 'act', 'own')  # tests/yolo, det, act and compose have those
CONFIGS = sorted(p for p in ROOT.glob('configs/*/*.py') if p.parent.name not in ELSEWHERE)


def narrow(model: dict) -> None:
    """Make a ResNet, Zero-DCE or CUT some channels wide."""
    if model.type == 'wiid_plugins.CUT':
        model.update(generator=dict(ngf=4, blocks=5), discriminator=dict(ndf=4))
        return
    if model.type == 'wiid_plugins.ZeroDCE':
        model.channels = 8
        return
    stock = model.get('classifier', model)
    stock.backbone.update(stem_channels=8, base_channels=8)
    stock.head.in_channels = 256 if stock.backbone.depth == 50 else 64


def load(path, folder):
    """Read a config; trained weights that it names become random ones."""
    config = read_config(path)
    networks = {'cut': Generator(ngf=4, blocks=1), 'zero-dce': CurveNetwork(channels=4)}
    for name, network in networks.items():
        torch.save(network.state_dict(), folder / name)
    for node in nodes(config._cfg_dict):
        if node.get('method') in networks:
            node['weights'] = str(folder / node['method'])
    return config


@pytest.mark.parametrize('path', CONFIGS, ids=lambda p: p.stem)
def test_config_builds_and_takes_one_step(path, tmp_path):
    config = load(path, tmp_path)
    init_default_scope(config.default_scope)
    narrow(config.model)
    config.model.setdefault('data_preprocessor', config.get('data_preprocessor'))
    model = MODELS.build(config.model)
    head = config.model.get('classifier', config.model).get('head')
    classes = head.num_classes if head else 1
    pictures = torch.randint(0, 256, (4, 3, 32, 32), dtype=torch.uint8)
    batch = {
        'inputs': pictures,
        'data_samples': [DataSample().set_gt_label(i % classes) for i in range(4)],
    }
    if config.train_dataloader.dataset.type == 'wiid_plugins.WithDark':
        batch['dark'] = pictures // 8
    if '_wiid-twins_' in path.stem:
        batch['night'] = pictures // 4
    before = [p.detach().clone() for p in model.parameters()]
    optimizer = torch.optim.SGD((p for p in model.parameters() if p.requires_grad), lr=0.1)
    losses = model.train_step(batch, OptimWrapper(optimizer))
    wanted = {'loss_byol', 'loss_mmd'} if 'dark' in batch and head else set()
    assert wanted <= set(losses)
    assert all(torch.isfinite(v).all() for v in losses.values())
    assert any(not torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True))


@pytest.mark.parametrize('path', CONFIGS, ids=lambda p: p.stem)
def test_pipelines_of_config_build(path, tmp_path):
    from mmengine.registry import TRANSFORMS

    config = load(path, tmp_path)
    init_default_scope(config.default_scope)
    loaders = [config.get(f'{job}_dataloader') for job in ('train', 'val', 'test')]
    found = [n['pipeline'] for n in nodes([x for x in loaders if x]) if 'pipeline' in n]
    assert found
    for transform in (t for pipeline in found for t in pipeline):
        TRANSFORMS.build(transform)


def test_no_config_holds_an_absolute_path():
    for path in ROOT.glob('configs/**/*.py'):
        assert "'/" not in path.read_text(), path
