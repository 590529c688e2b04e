"""The levels: the same draws for all models, half the light each, and where real night lies."""

import cv2
import numpy as np
import pytest

from wiid_plugins.apis.night_report import openmmlab, sets
from wiid_plugins.apis.night_report.choice import evenly
from wiid_plugins.apis.night_report.findings import Findings, sentence
from wiid_plugins.apis.night_report.levels import at_exposure, gives_way, place
from wiid_plugins.apis.night_report.metric import calibration_error
from wiid_plugins.apis.night_report.pictures import Picture, darkened, luminance, place_night
from wiid_plugins.apis.night_report.subject import read_subject


def inputs_at(toy, kind, stops, darken):
    subject = read_subject(toy.config(kind), toy.checkpoint(1), kind, {})
    day = openmmlab.sets_of(subject.cfg)['day']
    lit = openmmlab.in_light(subject.cfg, day, at_exposure(darken, stops), None)
    built = sets.built(subject.cfg, lit, lit.pipeline)
    return np.stack([built[i]['inputs'].numpy() for i in range(len(built))])


def linear(pixels):
    x = np.asarray(pixels, np.float64) / 255
    return np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)


def test_two_models_see_the_same_pixels(toy):
    darken = dict(veil=(0.0, 0.5), red=(0.7, 1.3))
    one, two, again = (inputs_at(toy, kind, 3, darken) for kind in ('plain', 'wiid', 'plain'))
    assert (one == two).all() and (one == again).all()
    assert len({image.tobytes() for image in one}) == len(one)  # a draw for each image


def test_each_level_has_half_the_light_and_the_same_colours(toy):
    darken = dict(red=(0.7, 1.3), blue=(0.7, 1.3), shot_noise=(1e-7, 1e-7))
    light = [linear(inputs_at(toy, 'plain', stops, darken)).mean((2, 3)) for stops in (1, 2, 3)]
    for brighter, darker in zip(light[:-1], light[1:], strict=True):
        assert darker / brighter == pytest.approx(0.5, rel=0.03)
    tints = [each[:, 2] / each[:, 1] for each in light]
    assert np.std(tints[0]) > 0.1 and tints[2] == pytest.approx(tints[0], rel=0.05)


def test_luminance_is_the_median_of_linear_light():
    image = np.random.default_rng(0).integers(0, 256, (8, 9, 3)).astype(np.uint8)
    blue, green, red = np.moveaxis(linear(image), -1, 0)
    wanted = np.median(0.2126 * red + 0.7152 * green + 0.0722 * blue)
    assert luminance(image) == pytest.approx(wanted, rel=1e-5)


def test_a_made_night_is_placed_at_its_own_level():
    noise = np.random.default_rng(0).integers(60, 220, (9, 6, 6, 3)).astype(np.uint8)
    day = [Picture(i, cv2.resize(image, (32, 32))) for i, image in enumerate(noise)]
    for stops in (0, 2, 5):
        night = [Picture(i, darkened(picture, {}, stops)) for i, picture in enumerate(day)]
        assert place_night(day, night, {}) == pytest.approx(stops, abs=0.01)
    assert place(1.0, [0.5, 0.2, 0.1]) == 0 and place(0.0, [0.5, 0.2, 0.1]) == 2
    assert place(0.2**0.5 * 0.1**0.5, [0.5, 0.2, 0.1]) == pytest.approx(1.5)


def test_where_a_curve_gives_way():
    assert gives_way([90, 85, 75, 20], 90) == pytest.approx(1.5)
    assert gives_way([70, 60, 50, 40], 90) == 0
    assert gives_way([90, 85, 82, 81], 90) is None


def test_the_sentence_compares_at_the_level_where_the_first_gives_way():
    def model(name, curve):
        curve = [*curve, *[curve[-1]] * (10 - len(curve))]
        records = {(s, lit): {'score': v} for s, v in enumerate(curve) for lit in (False, True)}
        return Findings(name, records)

    said = sentence([model('old', [90, 90, 70, 10]), model('new', [92, 90, 88, 64])], 'mAP')
    assert 'old loses 10 points against its day (90.0 mAP) at 1/2.8 of the light' in said
    assert 'new (92.0 by day) at 1/4.8, 0.8 stops later' in said  # 82 lies 6/24 behind 1/4
    assert 'at 1/2.8, new has 89.0 and old 80.0, a difference of +9.0 points' in said
    said = sentence([model('old', [90, 89]), model('new', [92, 90])], 'mAP')
    assert 'old loses less than 10 points' in said and 'does not down to 1/512' in said


def test_calibration_error_as_a_loop_in_float64():
    random = np.random.default_rng(0)
    confidence = random.random(999)
    confidence[:4] = 0.0, 1.0, 1 / 15, 0.2  # on the edges
    right = random.random(999) < confidence**2
    wanted = 0.0
    for low in np.arange(15) / 15:
        inside = (confidence > low) & (confidence <= low + 1 / 15) | (confidence == 0) & (low == 0)
        if inside.any():
            gap = abs(right[inside].mean() - confidence[inside].mean())
            wanted += inside.sum() / 999 * gap
    assert calibration_error(confidence, right) == pytest.approx(wanted, abs=1e-3)
    assert calibration_error(np.array([0.9, 0.9]), np.array([True, False])) == pytest.approx(0.4)


def test_an_even_choice_has_as_many_of_each_class_from_all_of_it():
    labels = [{0}] * 50 + [{1}] * 10 + [{2}] * 3
    chosen = evenly(labels, 15)
    assert [sum(labels[i] == {c} for i in chosen) for c in range(3)] == [5, 5, 3]
    assert chosen[:5] == [0, 10, 20, 30, 40] and chosen == sorted(set(chosen))
    assert len(evenly(labels, 1)) == 3 and len(evenly([{0, 1}, set(), {1}], 9)) == 3
