"""Darken and Enhance in a pipeline: the device's equations, on one picture."""

import numpy as np
import pytest
import torch
from mmcv.transforms import TransformBroadcaster
from mmcv.transforms.utils import cache_random_params

from pictures import chw, draw_picture, rgb_unit, seeded
from wiid_plugins.models.preprocessor import PairedPreprocessor
from wiid_plugins.ops.lowlight import DarkRanges, darken, enhance
from wiid_plugins.registry import TRANSFORMS
from wiid_plugins.transforms import Darken, Enhance


def worst_level(picture, images):
    """Largest difference in grey levels between a BGR picture and a (1, 3, H, W) RGB batch."""
    return float((rgb_unit(picture) - images).abs().max()) * 255


@pytest.mark.parametrize('size', [(32, 48), (48, 32)])
def test_darken_equals_the_op_given_the_same_draws(size):
    picture = draw_picture(*size)
    got = Darken(seed=5, exposure=(0.05, 0.4))(dict(img=picture, sample_idx=3))['img_night']
    op = darken(rgb_unit(picture), DarkRanges(exposure=(0.05, 0.4)), generator=seeded(5 + 3))
    assert got.dtype == np.uint8 and got.shape == picture.shape
    assert worst_level(got, op) <= 1.001


def test_darken_equals_the_preprocessor_given_the_same_draws():
    picture = draw_picture()
    views = PairedPreprocessor(dict(type='mmpretrain.ClsDataPreprocessor'), darken=dict())
    torch.manual_seed(11)
    night = views.draw(dict(inputs=chw(picture))).night
    got = Darken(seed=11)(dict(img=picture))['img_night']
    assert worst_level(got, night) <= 1.001


def test_enhance_equals_the_op():
    picture = (draw_picture() * 0.2).astype(np.uint8)
    got = Enhance(target=0.5, max_gain=16.0)(dict(img=picture))['img']
    op = enhance(rgb_unit(picture), target=0.5, max_gain=16.0)
    assert worst_level(got, op) <= 0.501
    assert got.mean() > picture.mean() + 50


def test_enhance_leaves_a_bright_picture_bit_by_bit():
    picture = 255 - (draw_picture() // 3)
    np.testing.assert_array_equal(Enhance()(dict(img=picture))['img'], picture)


def test_enhance_takes_the_named_picture_alone():
    day, night = draw_picture(), (draw_picture() * 0.1).astype(np.uint8)
    results = Enhance(key='img_night')(dict(img=day, img_night=night))
    assert results['img'] is day and results['img_night'].mean() > night.mean() + 20


def test_darken_can_replace_the_picture():
    picture = draw_picture()
    results = Darken(out='img', seed=0)(dict(img=picture))
    assert 'img_night' not in results and results['img'].mean() < picture.mean()


@pytest.mark.parametrize('transform', [Darken(), Darken(out='img'), Enhance()])
def test_the_input_is_not_modified(transform):
    picture = (draw_picture() * 0.3).astype(np.uint8)
    results = dict(img=picture, other=1)
    before = picture.copy()
    after = transform(results)
    np.testing.assert_array_equal(picture, before)
    assert results == dict(img=results['img'], other=1) and results['img'] is picture
    assert after is not results and after['other'] == 1


def test_a_seed_fixes_the_draw_of_each_sample_and_no_seed_draws_anew():
    def night(transform, index):
        return transform(dict(img=draw_picture(), sample_idx=index))['img_night']

    fixed, free = Darken(seed=1), Darken()
    np.testing.assert_array_equal(night(fixed, 4), night(Darken(seed=1), 4))
    assert (night(fixed, 4) != night(fixed, 5)).any()
    assert (night(free, 4) != night(free, 4)).any()


def test_without_a_seed_the_pipelines_numpy_stream_decides():
    nights = []
    for _ in range(2):
        np.random.seed(7)
        nights.append(Darken()(dict(img=draw_picture()))['img_night'])
    np.testing.assert_array_equal(*nights)


def test_a_shared_draw_is_the_same_for_all_pictures():
    transform, picture = Darken(out='img'), draw_picture()
    with cache_random_params(transform):
        first, second = (transform(dict(img=picture))['img'] for _ in range(2))
    np.testing.assert_array_equal(first, second)
    shared = TransformBroadcaster(
        transforms=[transform],
        mapping=dict(img=['img', 'copy']),
        auto_remap=True,
        share_random_params=True,
    )(dict(img=picture, copy=picture.copy()))
    np.testing.assert_array_equal(shared['img'], shared['copy'])


def test_configs_find_them_and_wrong_ranges_are_refused():
    assert isinstance(TRANSFORMS.build(dict(type='wiid_plugins.Darken')), Darken)
    assert isinstance(TRANSFORMS.build(dict(type='wiid_plugins.Enhance')), Enhance)
    with pytest.raises(ValueError, match='DarkRanges.exposure'):
        Darken(exposure=(0.5, 0.1))
