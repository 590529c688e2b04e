"""Camera RAW and HEIC become light as other images have it."""

import sys

import numpy as np
import pytest

from light_files import WHITE, dark_scene, ramp, write_dng
from wiid_plugins.images import UnreadableImageError, decode, read_image


@pytest.fixture
def rawpy():
    return pytest.importorskip('rawpy', reason='camera RAW needs rawpy: pip install rawpy')


def srgb(light):
    """IEC 61966-2-1, written out."""
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize('top', [1 / 256, 1 / 16, 0.9])
def test_grey_light_is_kept_whatever_else_the_photo_shows(tmp_path, rawpy, top):
    write_dng(tmp_path / 'a.dng', ramp(top, 2))
    found = read_image(tmp_path / 'a.dng')
    assert found.shape == (64, 1024, 3)
    inner = (slice(2, -2), slice(4, -4))
    expected = srgb(ramp(top, 2) / WHITE)[inner]
    assert np.abs(found[inner] - expected[..., None]).max() < 12.92 * 3 / WHITE


def test_the_white_balance_is_the_cameras(tmp_path, rawpy):
    mosaic = np.full((32, 32), 8000, np.uint16)
    mosaic[::2, ::2] = 4000  # red, of which the sensor counts half
    write_dng(tmp_path / 'a.dng', mosaic, neutral=(0.5, 1, 1))
    middle = read_image(tmp_path / 'a.dng')[8:-8, 8:-8].reshape(-1, 3).mean(0)
    np.testing.assert_allclose(middle, srgb(8000 / WHITE), atol=2e-3)


def test_it_is_turned_upright(tmp_path, rawpy):
    mosaic = np.zeros((32, 48), np.uint16)
    mosaic[:16] = 9000  # bright above, so on the right when turned right
    write_dng(tmp_path / 'a.dng', mosaic, orientation=6)
    found = decode(tmp_path / 'a.dng')
    assert found.shape == (48, 32, 3) and found.dtype == np.uint16
    assert found[:, :12].max() == 0 and found[:, 20:].min() > 9000


@pytest.mark.parametrize('suffix', ['dng', 'NEF', 'raw'])
def test_damaged_raw_is_said(tmp_path, rawpy, suffix):
    path = tmp_path / f'a.{suffix}'
    write_dng(path, dark_scene()[..., 0])
    data = path.read_bytes()
    for content in (b'', b'no photo', data[:99], data[: len(data) // 2], data[:-9]):
        path.write_bytes(content)
        with pytest.raises(UnreadableImageError, match='remove the file') as error:
            decode(path)
        assert str(error.value).startswith(f'{path}: not readable as a picture (')


@pytest.mark.parametrize(
    ('name', 'module', 'package'),
    [('a.cr2', 'rawpy', 'rawpy'), ('a.HEIC', 'pillow_heif', 'pillow-heif')],
)
def test_a_missing_package_is_named(tmp_path, monkeypatch, name, module, package):
    (tmp_path / name).write_bytes(b'photo')
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(UnreadableImageError, match=f'; pip install {package}$'):
        decode(tmp_path / name)


def test_heic_is_read_with_its_bits(tmp_path):
    heif = pytest.importorskip(
        'pillow_heif', reason='HEIC needs pillow-heif: pip install pillow-heif'
    )
    scene = dark_scene(64, 96, 0.5)
    deep = heif.encode if hasattr(heif, 'encode') else pytest.skip('this pillow-heif cannot write')
    deep('RGB;16', (96, 64), scene.tobytes(), str(tmp_path / 'a.heic'), quality=-1, chroma=444)
    found = decode(tmp_path / 'a.heic')
    assert found.dtype == np.uint16 and found.shape == scene.shape
    assert np.abs(found.astype(int) - scene).max() < 200 and len(np.unique(found)) > 256
    (tmp_path / 'a.heic').write_bytes((tmp_path / 'a.heic').read_bytes()[:200])
    with pytest.raises(UnreadableImageError, match='a.heic: not readable as a picture'):
        decode(tmp_path / 'a.heic')
