"""Loading pictures and twins: damage is named, twins fit, geometry is shared."""

import cv2
import numpy as np
import pytest
from mmcv.transforms import Compose

from pictures import draw_picture
from wiid_plugins.datasets import ClassFolder
from wiid_plugins.transforms import LoadImage, LoadTwin


def truncated(path):
    cv2.imwrite(str(path), draw_picture(96, 128))
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def huge(path):
    cv2.imwrite(str(path), draw_picture())
    data = path.read_bytes()
    path.write_bytes(data[:18] + b'\0\0\1\0' * 2 + data[26:])  # says 65536 x 65536


DAMAGE = {
    'huge.bmp': huge,
    'cut.jpg': truncated,
    'cut.png': truncated,
    'empty.jpg': lambda path: path.write_bytes(b''),
    'text.jpg': lambda path: path.write_text('<html>404 Not Found</html>'),
    'head.png': lambda path: path.write_bytes(b'\x89PNG\r\n\x1a\n' + b'\0' * 40),
}


@pytest.fixture(params=DAMAGE)
def damaged(request, tmp_path):
    path = tmp_path / request.param
    DAMAGE[request.param](path)
    return path


@pytest.mark.parametrize('suffix', ['png', 'bmp'])
def test_a_picture_is_loaded_as_opencv_loads_it(tmp_path, suffix):
    path = tmp_path / f'a.{suffix}'
    cv2.imwrite(str(path), draw_picture(20, 30))
    results = LoadImage()(dict(img_path=str(path), gt_label=1))
    np.testing.assert_array_equal(results['img'], draw_picture(20, 30))
    assert results['img'].dtype == np.uint8 and results['ori_shape'] == (20, 30)
    assert results['gt_label'] == 1


def test_a_jpeg_is_loaded_as_opencv_loads_it_but_for_rounding(tmp_path):
    path = tmp_path / 'a.jpg'
    cv2.imwrite(str(path), draw_picture())
    difference = LoadImage()(dict(img_path=str(path)))['img'].astype(int) - cv2.imread(str(path))
    assert np.abs(difference).mean() < 1


def test_a_grey_or_transparent_picture_comes_out_with_three_channels(tmp_path):
    for name, picture in [('grey.png', draw_picture()[..., 0]), ('alpha.png', None)]:
        if picture is None:
            picture = cv2.cvtColor(draw_picture(), cv2.COLOR_BGR2BGRA)
        cv2.imwrite(str(tmp_path / name), picture)
        assert LoadImage()(dict(img_path=str(tmp_path / name)))['img'].shape == (48, 64, 3)


def test_a_damaged_picture_is_an_error_that_names_it(damaged):
    with pytest.raises(OSError, match='not readable as a picture.*replace or remove') as error:
        LoadImage()(dict(img_path=str(damaged)))
    assert str(error.value).startswith(str(damaged))


@pytest.mark.parametrize('on_error', ['raise', 'skip'])
def test_a_missing_picture_is_an_error_that_names_it(tmp_path, on_error):
    path = tmp_path / 'gone.jpg'
    with pytest.raises(FileNotFoundError, match='there is no such picture') as error:
        LoadImage(on_error)(dict(img_path=str(path)))
    assert str(path) in str(error.value)


def test_skipping_returns_none_and_warns_with_the_count(damaged, capfd):
    load = LoadImage(on_error='skip')
    assert load(dict(img_path=str(damaged))) is None
    assert load(dict(img_path=str(damaged))) is None
    assert load.skipped == 2
    said = ''.join(capfd.readouterr())
    assert 'WARNING' in said
    for count in (1, 2):
        assert f'{damaged}: unreadable, skipped ({count} so far' in said


def test_another_way_to_meet_errors_is_refused():
    with pytest.raises(ValueError, match="'raise' or 'skip', not 'ignore'"):
        LoadImage(on_error='ignore')


def test_training_draws_another_sample_for_a_damaged_one(tmp_path):
    (tmp_path / 'a').mkdir()
    for i in range(3):
        cv2.imwrite(str(tmp_path / f'a/{i}.png'), draw_picture(seed=i))
    (tmp_path / 'a/1.png').write_bytes(b'')

    def folder(**kwargs):
        load = dict(type='wiid_plugins.LoadImage', **kwargs)
        return ClassFolder(data_prefix=str(tmp_path), pipeline=[load])

    np.random.seed(0)
    drawn = [folder(on_error='skip')[1]['img_path'] for _ in range(8)]
    assert {p.rsplit('/', 1)[1] for p in drawn} == {'0.png', '2.png'}
    with pytest.raises(OSError, match='1.png: not readable'):
        folder()[1]


@pytest.fixture
def twins(tmp_path):
    """Day pictures, and twins that are their negatives."""
    for sub in ('day/a', 'dark/a'):
        (tmp_path / sub).mkdir(parents=True)
    rows, columns = np.mgrid[0:40, 0:56]
    pattern = np.stack([rows * 5, columns * 4, (rows * 56 + columns) % 251], -1).astype(np.uint8)
    cv2.imwrite(str(tmp_path / 'day/a/0.png'), pattern)
    cv2.imwrite(str(tmp_path / 'dark/a/0.png'), 255 - pattern)
    return tmp_path


def load_both(root, *geometry, **kwargs):
    twin = LoadTwin(day_root=str(root / 'day'), twin_root=str(root / 'dark'), **kwargs)
    pipeline = Compose([LoadImage(), twin, *geometry])
    return pipeline(dict(img_path=str(root / 'day/a/0.png'), gt_label=2))


def test_the_twin_is_found_by_its_name(twins):
    results = load_both(twins)
    np.testing.assert_array_equal(results['img_night'], 255 - results['img'])
    assert results['gt_label'] == 2 and results['img_path'].endswith('day/a/0.png')


def test_the_twin_may_have_another_suffix(twins):
    (twins / 'dark/a/0.png').unlink()
    cv2.imwrite(str(twins / 'dark/a/0.bmp'), np.full((40, 56, 3), 7, np.uint8))
    assert (load_both(twins)['img_night'] == 7).all()


def test_a_missing_twin_is_an_error_that_names_both(twins):
    (twins / 'dark/a/0.png').unlink()
    with pytest.raises(FileNotFoundError, match='has no dark twin') as error:
        load_both(twins)
    assert all(str(twins / name) in str(error.value) for name in ('day/a/0.png', 'dark/a/0.png'))


def test_a_twin_of_another_size_is_an_error_that_names_both(twins):
    cv2.imwrite(str(twins / 'dark/a/0.png'), draw_picture(41, 56))
    with pytest.raises(ValueError, match='56x41.*56x40.*make the twins again') as error:
        load_both(twins)
    assert all(str(twins / name) in str(error.value) for name in ('day/a/0.png', 'dark/a/0.png'))


def test_a_damaged_twin_is_an_error_or_skipped(twins):
    (twins / 'dark/a/0.png').write_bytes(b'')
    with pytest.raises(OSError, match='dark/a/0.png: not readable'):
        load_both(twins)
    assert load_both(twins, on_error='skip') is None


@pytest.mark.parametrize('share', [True, False])
def test_twins_get_one_geometry_when_draws_are_shared(twins, share):
    geometry = dict(
        type='TransformBroadcaster',
        mapping=dict(img=['img', 'img_night']),
        auto_remap=True,
        share_random_params=share,
        transforms=[
            dict(
                type='mmpretrain.RandomResizedCrop', scale=24, crop_ratio_range=(0.2, 1.0),
                interpolation='nearest',
            ),
            dict(type='mmpretrain.RandomFlip', prob=0.5, direction='horizontal'),
        ],
    )  # fmt: skip
    np.random.seed(0)
    crops, aligned = set(), []
    for _ in range(12):
        results = load_both(twins, geometry)
        assert results['img'].shape == results['img_night'].shape == (24, 24, 3)
        aligned.append(bool((results['img_night'] == 255 - results['img']).all()))
        crops.add(results['img'].tobytes())
    assert len(crops) > 6
    assert all(aligned) if share else not all(aligned)
