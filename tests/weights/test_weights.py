"""A network's weights are read from every kind of file they come in, and from nothing else."""

import pickle
from argparse import Namespace

import pytest
import torch

from wiid_plugins.translation import build_darkener, build_enhancer
from wiid_plugins.translation.cut_generator import Generator
from wiid_plugins.translation.zero_dce import CurveNetwork
from wiid_plugins.weights.translation import read_state

STATE = {'conv.weight': torch.arange(4.0), 'conv.bias': torch.ones(1)}


def prefixed(prefix):
    return {prefix + name: tensor for name, tensor in STATE.items()}


@pytest.mark.parametrize(
    'saved',
    [
        STATE,
        {'state_dict': STATE, 'meta': {'epoch': 3}},
        prefixed('module.'),
        {'state_dict': prefixed('module.network.')},
        {**prefixed('network.'), 'other.weight': torch.zeros(2)},
    ],
    ids=['bare', 'under state_dict', 'DataParallel', 'wrapped child', 'child among others'],
)
def test_the_wanted_child_is_read_from(saved, tmp_path):
    torch.save(saved, tmp_path / 'w.pth')
    found = read_state(tmp_path / 'w.pth', 'network')
    assert found.keys() == STATE.keys()
    assert all(torch.equal(found[name], STATE[name]) for name in STATE)


def test_legacy_files_are_read(tmp_path):
    torch.save(STATE, tmp_path / 'w.pth', _use_new_zipfile_serialization=False)
    assert read_state(tmp_path / 'w.pth').keys() == STATE.keys()


@pytest.mark.parametrize('saved', [{}, {'epoch': 3}, [1, 2], {'state_dict': {'a': 1}}])
def test_a_file_without_named_tensors_is_refused(saved, tmp_path):
    torch.save(saved, tmp_path / 'w.pth')
    with pytest.raises(ValueError, match='w.pth: holds no state dict'):
        read_state(tmp_path / 'w.pth')


def test_a_pickled_object_is_refused(tmp_path):
    torch.save(Namespace(x=1), tmp_path / 'w.pth')
    with pytest.raises(pickle.UnpicklingError, match='w.pth: refused'):
        read_state(tmp_path / 'w.pth')


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match='nowhere.pth'):
        read_state(tmp_path / 'nowhere.pth')


def zero_dce(change=lambda state: state):
    """A state of a narrow Zero-DCE, changed."""
    torch.manual_seed(0)
    return change(CurveNetwork(4).state_dict())


@pytest.mark.parametrize(
    'content',
    [b'', b'import torch\n', b'i am text\n', b'{"a": 1}\n', b'\x80', b'PK\x03\x04', bytes(99)],
)
def test_a_file_that_is_not_of_torch_is_named(content, tmp_path):
    (tmp_path / 'w.pth').write_bytes(content)
    with pytest.raises((ValueError, pickle.UnpicklingError)) as refusal:
        read_state(tmp_path / 'w.pth')
    damaged = content[:2] in (b'PK', b'\x80')
    assert ('damaged' if damaged else 'wanted is what torch.save') in str(refusal.value)
    assert str(refusal.value).startswith(f'{tmp_path / "w.pth"}: ')


def test_a_pointer_of_git_lfs_is_told(tmp_path):
    (tmp_path / 'w.pth').write_text('version https://git-lfs.github.com/spec/v1\noid sha256:ab\n')
    with pytest.raises(ValueError, match='w.pth: .* run git lfs pull'):
        read_state(tmp_path / 'w.pth')


@pytest.mark.parametrize('zipped', [True, False])
@pytest.mark.parametrize('share', [0.01, 0.3, 0.6, 0.999])
def test_a_truncated_file_is_named(share, zipped, tmp_path):
    torch.save(zero_dce(), tmp_path / 'w.pth', _use_new_zipfile_serialization=zipped)
    whole = (tmp_path / 'w.pth').read_bytes()
    (tmp_path / 'w.pth').write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises((ValueError, pickle.UnpicklingError), match='w.pth: .*damaged'):
        read_state(tmp_path / 'w.pth')


def test_a_folder_and_a_module_are_no_weights(tmp_path):
    torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), tmp_path / 'w.pth')
    for path in (tmp_path, tmp_path / 'w.pth'):
        with pytest.raises(
            (ValueError, pickle.UnpicklingError), match=f'{path}: (no file|refused)'
        ):
            read_state(path)
    torch.save({1: torch.zeros(2)}, tmp_path / 'numbered.pth')
    with pytest.raises(ValueError, match='numbered.pth: not the weights'):
        build_enhancer('zero-dce', weights=tmp_path / 'numbered.pth')


@pytest.mark.parametrize('value', [float('nan'), float('inf'), 1e300])
def test_weights_that_are_no_finite_numbers_are_refused(value, tmp_path):
    torch.save(
        {name: tensor.double() * value for name, tensor in zero_dce().items()}, tmp_path / 'w.pth'
    )
    with pytest.raises(ValueError, match='w.pth: holds NaN or infinity in .*e_conv1.weight'):
        build_enhancer('zero-dce', weights=tmp_path / 'w.pth')
    state = {name: tensor.double() for name, tensor in Generator(4, 1).state_dict().items()}
    state['model.4.bias'][1] = value
    torch.save(state, tmp_path / 'cut.pth')
    with pytest.raises(ValueError, match='cut.pth: holds NaN or infinity in .*model.4.bias'):
        build_darkener('cut', weights=tmp_path / 'cut.pth')


def test_complex_weights_and_those_of_other_shapes_are_refused(tmp_path):
    for name, change, message in (
        ('complex', lambda s: {k: v.cfloat() for k, v in s.items()}, 'holds complex numbers'),
        ('shape', lambda s: {**s, 'e_conv2.weight': torch.zeros(3)}, 'size mismatch'),
        ('none', lambda s: {**s, 'e_conv1.weight': torch.zeros(0, 3, 3, 3)}, 'size mismatch'),
        ('cut', lambda _s: Generator(4, 1).state_dict(), 'not the weights of Zero-DCE'),
    ):
        torch.save(zero_dce(change), tmp_path / f'{name}.pth')
        with pytest.raises(ValueError, match=f'{name}.pth: .*{message}'):
            build_enhancer('zero-dce', weights=tmp_path / f'{name}.pth')
