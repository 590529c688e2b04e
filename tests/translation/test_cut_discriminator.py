"""The discriminator: the published layout, and maps of logits."""

import pytest
import torch

from wiid_plugins.translation.cut_discriminator import Discriminator


def test_the_discriminator_has_the_published_layout():
    network = Discriminator()
    assert sum(p.numel() for p in network.parameters()) == 2_764_737
    names = [f'model.{i}.{kind}' for i in (0, 3, 7, 11, 14) for kind in ('weight', 'bias')]
    assert [name for name, _ in network.named_parameters()] == names
    assert [n for n, _ in network.named_buffers()] == [
        'model.2.filt',
        'model.6.filt',
        'model.10.filt',
    ]


@pytest.mark.parametrize(('size', 'logits'), [(256, 30), (48, 4), (24, 1)])
def test_the_discriminator_judges_patches(size, logits):
    assert Discriminator(ndf=2)(torch.rand(1, 3, size, size)).shape == (1, 1, logits, logits)
    with pytest.raises(ValueError, match='at least 24x24 px, got 23x30'):
        Discriminator(ndf=2)(torch.rand(1, 3, 30, 23))
