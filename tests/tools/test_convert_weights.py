"""convert_weights writes what the models here load, or says what does not fit."""

import os

import pytest
import torch
import torchvision
from mmengine.runner import load_checkpoint

from tools import convert_weights
from toy import build_stock
from wiid_plugins.translation import ZeroDCE
from wiid_plugins.translation.cut_generator import Generator
from wiid_plugins.translation.zero_dce import CurveNetwork
from wiid_plugins.weights.conversion import build_classifier, convert_resnet
from wiid_plugins.weights.translation import read_state

IMAGES = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def files(tmp_path):
    return tmp_path / 'in.pth', tmp_path / 'out.pth'


def run(kind, *arguments):
    assert convert_weights.main([kind, *map(str, arguments)]) == 0


def fails(kind, *arguments):
    with pytest.raises(SystemExit) as end:
        convert_weights.main([kind, *map(str, arguments)])
    assert isinstance(end.value.code, str) and end.value.code.startswith('error: ')
    return end.value.code


def torchvision_resnet(depth, classes):
    """With running statistics of its own, so that a forgotten buffer shows."""
    torch.manual_seed(depth)
    model = getattr(torchvision.models, f'resnet{depth}')(num_classes=classes)
    for buffer in model.buffers():
        if buffer.is_floating_point():
            buffer.uniform_(0.5, 1.5)
    return model.eval()


@pytest.mark.parametrize(
    ('depth', 'wrap'),
    [
        (18, lambda state: {'state_dict': {f'module.{k}': v for k, v in state.items()}}),
        (34, lambda state: {k: v for k, v in state.items() if 'num_batches' not in k}),
        (50, lambda state: state),
    ],
    ids=['18, DataParallel', '34, before torch 0.4.1', '50, bare'],
)
def test_a_resnet_of_torchvision_scores_the_same_in_mmpretrain(depth, wrap, files, capsys):
    source, out = files
    model = torchvision_resnet(depth, classes=7)
    torch.save(wrap(model.state_dict()), source)
    run('resnet', source, out)
    assert f'ResNet-{depth}, 7 classes' in capsys.readouterr().out
    stock = build_classifier(depth, 7).eval()
    load_checkpoint(stock, str(out), strict=True)
    with torch.no_grad():
        found = stock.head(stock.extract_feat(IMAGES))
        torch.testing.assert_close(found, model(IMAGES), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize('depth', [101, 152])
def test_deep_resnets_are_recognised(depth):
    with torch.device('meta'):
        state = getattr(torchvision.models, f'resnet{depth}')(num_classes=3).state_dict()
    state = {k: torch.zeros(v.shape, dtype=v.dtype) for k, v in state.items()}
    converted, summary = convert_resnet(state)
    assert summary == f'ResNet-{depth}, 3 classes'
    assert len(converted) == len(state)


def test_what_is_no_resnet_of_torchvision_is_refused_and_why(files):
    source, out = files
    state = torchvision_resnet(18, 3).state_dict()

    def refused(changed):
        torch.save(changed, source)
        text = fails('resnet', source, out)
        assert 'in.pth' in text and not out.exists()
        return text

    wrong = {**state, 'layer2.0.conv1.weight': torch.zeros(1), 'odd.weight': torch.zeros(1)}
    del wrong['bn1.bias']
    text = refused(wrong)
    assert 'not a ResNet-18' in text
    assert all(name in text for name in ('bn1.bias', 'odd.weight', 'layer2.0.conv1.weight'))
    shallow = {k: v for k, v in state.items() if not k.startswith('layer3.1')}
    assert 'basic blocks (2, 2, 1, 2) are no ResNet-18' in refused(shallow)
    text = refused(build_stock().state_dict())
    assert 'with the names of torchvision' in text and 'backbone.conv1.weight' in text


def test_zero_dce_is_taken_by_load_from_and_by_weights(files, capsys):
    source, out = files
    torch.manual_seed(0)
    published = CurveNetwork(channels=4)
    torch.save(published.state_dict(), source, _use_new_zipfile_serialization=False)
    run('zero-dce', source, out)
    assert '14 tensors' in capsys.readouterr().out
    model = ZeroDCE(channels=4)
    load_checkpoint(model, str(out), strict=True)
    loaded = CurveNetwork.from_state_dict(read_state(out, 'network'))
    assert torch.equal(model(IMAGES), published(IMAGES))
    assert torch.equal(loaded(IMAGES), published(IMAGES))
    run('zero-dce', out, out, '--overwrite')  # what is converted already stays as it is
    assert torch.equal(
        CurveNetwork.from_state_dict(read_state(out, 'network'))(IMAGES), published(IMAGES)
    )


def test_the_published_zero_dce_is_converted(real_data, files):
    source = real_data / 'zero_dce' / 'Epoch99.pth'
    run('zero-dce', source, files[1])
    converted = torch.load(files[1], weights_only=True)
    original = torch.load(source, weights_only=True, map_location='cpu')
    assert converted['meta'] == {'converted_from': 'Epoch99.pth'}
    assert converted['state_dict'].keys() == {f'network.{k}' for k in original}
    for name, tensor in original.items():
        found = converted['state_dict'][f'network.{name}']
        torch.testing.assert_close(found, tensor, rtol=0, atol=1e-20)


def test_a_cut_generator_is_converted_with_its_blur_filters(files):
    source, out = files
    torch.manual_seed(0)
    published = Generator(ngf=4, blocks=6).eval()
    state = published.state_dict()
    assert any(name.endswith('.filt') for name in state)
    torch.save(state, source)
    run('cut', source, out)
    converted = torch.load(out, weights_only=True)['state_dict']
    assert converted.keys() == {f'generator.{name}' for name in state}
    loaded = Generator.from_state_dict(read_state(out, 'generator')).eval()
    with torch.no_grad():
        assert torch.equal(loaded(IMAGES), published(IMAGES))


@pytest.mark.parametrize('kind', ['zero-dce', 'cut', 'resnet'])
def test_weights_of_another_network_and_other_files_are_refused(kind, files):
    source, out = files
    torch.save({'some.weight': torch.zeros(3)}, source)
    text = fails(kind, source, out)
    assert 'in.pth: ' in text and 'some.weight' in text and 'choose another file' in text
    torch.save([1, 2], source)
    assert 'in.pth: holds no state dict' in fails(kind, source, out)
    source.write_bytes(b'<html>')
    assert 'in.pth: refused' in fails(kind, source, out)
    source.unlink()
    assert 'in.pth: there is no such' in fails(kind, source, out)
    assert not out.exists()


class Payload:
    def __reduce__(self):
        return os.putenv, ('WIID_UNPICKLED', '1')


def test_a_file_with_code_in_it_is_refused(files):
    source, out = files
    torch.save({'state_dict': CurveNetwork(4).state_dict(), 'extra': Payload()}, source)
    assert 'refused' in fails('zero-dce', source, out) and not out.exists()


def test_it_does_not_overwrite_unless_told(files):
    source, out = files
    torch.save(CurveNetwork(4).state_dict(), source)
    out.write_bytes(b'mine')
    assert '--overwrite' in fails('zero-dce', source, out)
    assert out.read_bytes() == b'mine'
    run('zero-dce', source, out, '--overwrite')
    assert 'state_dict' in torch.load(out, weights_only=True)


def test_a_failing_write_leaves_nothing_and_keeps_the_old_file(files, monkeypatch):
    source, out = files
    torch.save(CurveNetwork(4).state_dict(), source)
    out.write_bytes(b'mine')

    def full(_content, file):
        file.write_bytes(b'half')
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr(torch, 'save', full)
    assert 'No space left' in fails('zero-dce', source, out, '--overwrite')
    assert out.read_bytes() == b'mine' and not list(out.parent.glob('*.part'))
