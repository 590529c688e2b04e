"""A network's weights are read from every kind of file they come in, and from nothing else."""

import pickle

import pytest
import torch

from wiid_plugins.translation.weights import read_state

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
    torch.save(torch.nn.Linear(2, 2), tmp_path / 'w.pth')
    with pytest.raises(pickle.UnpicklingError, match='w.pth: refused'):
        read_state(tmp_path / 'w.pth')


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match='nowhere.pth'):
        read_state(tmp_path / 'nowhere.pth')
