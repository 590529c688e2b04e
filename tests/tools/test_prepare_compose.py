import numpy as np

from tools.prepare.common import compose


def test_compose_sizes_places_and_edges():
    rng = np.random.default_rng(0)
    photo = np.full((100, 120, 3), 10, np.uint8)
    crop = np.full((40, 40, 3), 128, np.uint8)
    crop[5:35, 5:35] = 255  # the sign, in the border of 5 px that GTSRB has
    for _ in range(40):
        crops = [crop] * int(rng.integers(3, 7))
        scene, boxes = compose.compose(photo, crops, rng)
        covered = np.zeros((256, 256), int)
        for x, y, w, h in boxes:
            assert 23.5 <= max(w, h) <= 60.5 and min(x, y) >= 0 and max(x + w, y + h) <= 256
            top, left, bottom, right = round(y), round(x), round(y + h), round(x + w)
            covered[top:bottom, left:right] += 1
            middle = round(y + h / 2)
            assert (scene[middle, left + 2 : right - 2] > 240).all()
            assert (scene[middle, [left - 3, right + 2]] < 140).all()
        assert covered.max() == 1


def test_sign_sides_take_the_published_border_off():
    assert compose.sign_sides(40, 30) == (5, 5, 30, 20)
    assert np.allclose(compose.sign_sides(120, 60), (10, 5, 100, 50))


def test_layout_has_room_for_six_of_the_largest():
    rng = np.random.default_rng(0)
    for _ in range(20):
        places = np.array(compose.lay_out([(77, 77)] * 6, rng))
        assert len(places) == 6 and places.min() >= 0 and places.max() <= 256 - 77
        gaps = np.abs(places[:, None] - places[None]).max(-1)
        assert (gaps + 77 * np.eye(6) >= 77).all()
