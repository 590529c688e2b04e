"""PackTwin lays beside what the toolbox packs; SetDomain names the test set."""

import numpy as np
import pytest
import torch

from pictures import chw, draw_picture
from wiid_plugins.registry import TRANSFORMS
from wiid_plugins.transforms import PackTwin, SetDomain

PACK = dict(type='mmpretrain.PackInputs', meta_keys=('sample_idx', 'domain'))


def make_results(**more):
    return dict(img=draw_picture(), gt_label=3, sample_idx=5, domain='day', **more)


def test_the_stock_sample_is_kept():
    stock, packed = TRANSFORMS.build(PACK)(make_results()), PackTwin(PACK)(make_results())
    assert packed.keys() == stock.keys()
    assert torch.equal(packed['inputs'], stock['inputs'])
    assert packed['data_samples'].gt_label == 3 and packed['data_samples'].sample_idx == 5


@pytest.mark.parametrize('keys', [('img_night',), ('target_mask',), ('img_night', 'target_mask')])
def test_twin_and_mask_are_laid_beside_it(keys):
    given = dict(img_night=draw_picture(seed=1), target_mask=np.eye(48, 64, dtype=np.uint8))
    packed = PackTwin(PACK)(make_results(**{k: given[k] for k in keys}))
    assert ('night' in packed, 'target_mask' in packed) == tuple(k in keys for k in given)
    if 'img_night' in keys:
        assert packed['night'].dtype == torch.uint8 and packed['night'].is_contiguous()
        assert torch.equal(packed['night'], chw(draw_picture(seed=1))[0])
        assert packed['night'].shape == packed['inputs'].shape
    if 'target_mask' in keys:
        assert torch.equal(packed['target_mask'], torch.eye(48, 64, dtype=torch.uint8))


def test_the_domain_reaches_the_data_sample():
    results = make_results()
    after = SetDomain('night')(results)
    assert results['domain'] == 'day' and after['img'] is results['img']
    assert PackTwin(PACK)(after)['data_samples'].domain == 'night'
