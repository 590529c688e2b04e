import csv
import json
import shutil
from collections import Counter

import cv2
import numpy as np
import pytest

from prepare_helpers import fails, tree
from tools.prepare import gtsrb_scenes
from tools.prepare.common import scene_parts
from tools.prepare.common.report import Report

FOLDERS = ['01_speed30', '18_danger', '38_keep_right', '13_yield']  # one a family, in their order
COLOURS = [(0, 0, 255), (0, 255, 255), (255, 0, 0), (0, 255, 0)]
COUNTS = {'train': 12, 'val': 3, 'test_day': 4, 'test_night': 4, 'unlabelled_dark': 4}


def write(path, image):
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), image, [cv2.IMWRITE_JPEG_QUALITY, 100])


def crop_of(colour, gain=1.0):
    """A crop of 40 px: grey border of 5 px, sign of 30 px in one colour."""
    crop = np.full((40, 40, 3), 128 * gain, np.uint8)
    crop[5:35, 5:35] = np.multiply(colour, gain)
    return crop


@pytest.fixture
def signs(tmp_path):
    """Per class 4 tracks in train and 2 in each test, of 3 frames; no track in two splits."""
    root = tmp_path / 'signs'
    for split, tracks in (('train', range(4)), ('test_day', (4, 5)), ('test_night', (6, 7))):
        for name, colour in zip(FOLDERS, COLOURS, strict=True):
            crop = crop_of(colour, 0.15 if split == 'test_night' else 1.0)
            for track in tracks:
                for frame in range(3):
                    write(root / split / name / f'{track:05d}_{frame:05d}.jpg', crop)
    for i in range(8):
        write(root / f'unlabelled_dark/{i:04d}.jpg', crop_of(COLOURS[i % 4], 0.15))
    return root


@pytest.fixture
def photos(tmp_path):
    """Ten photos a light, in nested folders, one of the wrong light and one there twice."""
    rng = np.random.default_rng(0)
    for kind, grey in (('day', 120), ('dark', 20)):
        for i in range(10):
            noise = rng.integers(grey - 10, grey + 10, (70 + i, 90, 3), np.uint8)
            write(tmp_path / kind / f'{i % 2}/{kind}{i}.png', noise)
        shutil.copy(tmp_path / kind / f'0/{kind}0.png', tmp_path / kind / 'again.png')
        write(tmp_path / kind / 'wrong.png', np.full((70, 90, 3), 60, np.uint8))
    return [tmp_path / 'day'], [tmp_path / 'dark']


def manifest(root):
    with (root / 'manifest.csv').open() as file:
        return list(csv.DictReader(file))


def split_of(row):
    return row['file'].split('/')[-2]


def test_scenes_counts_and_layout(signs, photos, tmp_path, capsys):
    root = tmp_path / 'out'
    args = [str(signs), str(root), '--photos-day', str(photos[0][0])]
    args += ['--photos-dark', str(photos[1][0]), '--train', '12', '--val', '3', '--test', '4']
    assert gtsrb_scenes.main([*args, '--unlabelled', '4']) == 0
    out = capsys.readouterr().out
    assert 'train: 12 scenes, prohibition' in out and 'unlabelled_dark: 4 scenes\n' in out
    assert 'not bright (grey < 70) 1' in out and 'not dark (grey 50 or more) 1' in out
    files = Counter(name.rpartition('/')[0] for name in tree(root))
    wanted = {f'{kind}/{s}': n for s, n in COUNTS.items() for kind in ('images', 'labels')}
    del wanted['images/unlabelled_dark'], wanted['labels/unlabelled_dark']
    assert files == {**wanted, 'unlabelled_dark': 4, 'annotations': 4, '': 3}
    assert cv2.imread(str(root / 'preview.png')).shape == (6 * 256, 5 * 256, 3)
    before = tree(root)
    shutil.rmtree(signs)
    assert gtsrb_scenes.main([*args, '--unlabelled', '4']) == 0
    assert 'already there\ntrain: 12' in capsys.readouterr().out and tree(root) == before


def test_scenes_labels_lie_on_their_signs(signs, photos, tmp_path):
    root = tmp_path / 'out'
    gtsrb_scenes.prepare(signs, root, *photos, COUNTS)
    for split in ('train', 'val', 'test_day', 'test_night'):
        data = json.loads((root / f'annotations/{split}.json').read_text())
        assert [c['name'] for c in data['categories']] == scene_parts.FAMILIES
        gain = 0.15 if split == 'test_night' else 1.0
        for image in data['images']:
            scene = cv2.imread(str(root / 'images' / split / image['file_name'])).astype(float)
            assert (
                scene.shape == (256, 256, 3) and scene.mean() < 50
                if gain < 1
                else scene.mean() > 70
            )
            boxes = [a for a in data['annotations'] if a['image_id'] == image['id']]
            assert 3 <= len(boxes) <= 6
            rows = np.loadtxt((root / 'labels' / split / image['file_name']).with_suffix('.txt'))
            for box, row in zip(boxes, rows, strict=True):
                x, y, w, h = box['bbox']
                assert row[0] == box['category_id'] - 1
                assert np.allclose(row[1:] * 256, [x + w / 2, y + h / 2, w, h], atol=0.01)
                inside = scene[round(y + h / 4) : round(y + h * 3 / 4), round(x + w / 2)]
                colour = np.multiply(COLOURS[box['category_id'] - 1], gain)
                assert np.abs(inside - colour).max() < 12


def test_scenes_share_no_sign_and_no_photo(signs, photos, tmp_path):
    gtsrb_scenes.prepare(signs, tmp_path / 'out', *photos, COUNTS)
    rows = manifest(tmp_path / 'out')
    photos_of = {s: {r['photo'] for r in rows if split_of(r) == s} for s in COUNTS}
    tracks = {s: {r['crop'] for r in rows if split_of(r) == s} for s in COUNTS}
    assert all(crop.startswith('unlabelled_dark/') for crop in tracks.pop('unlabelled_dark'))
    tracks = {
        s: {c.split('/', 1)[1].rsplit('_', 1)[0] for c in crops} for s, crops in tracks.items()
    }
    for found in (photos_of, tracks):
        assert all(found.values())
        assert len(set.union(*found.values())) == sum(map(len, found.values()))
    assert not {'wrong.png'} & set.union(*photos_of.values())
    assert all(r['class'] == r['x'] == '' for r in rows if split_of(r) == 'unlabelled_dark')


def test_scenes_use_every_crop_before_any_again(signs, photos, tmp_path):
    gtsrb_scenes.prepare(signs, tmp_path / 'out', *photos, COUNTS)
    used = Counter(r['crop'] for r in manifest(tmp_path / 'out') if split_of(r) == 'train')
    for name in FOLDERS:
        times = [n for crop, n in used.items() if name in crop]
        assert max(times) - min(times) <= 1 and (len(times) == 9 or max(times) == 1)


def test_scenes_are_drawn_by_the_seed(signs, photos, tmp_path):
    for name, seed in (('a', 0), ('b', 0), ('c', 1)):
        gtsrb_scenes.prepare(signs, tmp_path / name, *photos, COUNTS, seed)
    a, b, c = (tree(tmp_path / name) for name in 'abc')
    assert a == b and a['manifest.csv'] != c['manifest.csv']
    words = ("'seed': 0", "'seed': 5", 'delete')
    fails(lambda: gtsrb_scenes.prepare(signs, tmp_path / 'a', *photos, COUNTS, 5), *words)


def bad_scenes(signs, photos, tmp_path, *words):
    fails(lambda: gtsrb_scenes.prepare(signs, tmp_path / 'out', *photos, COUNTS), *words)
    assert not list(tmp_path.glob('out*'))


def spoil_sign(signs, tmp_path):
    (signs / 'train/13_yield/00001_00001.jpg').write_bytes(b'x')


def spoil_photo(signs, tmp_path):
    (tmp_path / 'day/broken.jpg').write_bytes(b'x')


def spoil_class(signs, tmp_path):
    write(signs / 'train/99_dragon/00001_00001.jpg', crop_of((1, 2, 3)))


def spoil_name(signs, tmp_path):
    write(signs / 'train/13_yield/photo.jpg', crop_of((1, 2, 3)))


def spoil_track(signs, tmp_path):
    write(signs / 'test_day/13_yield/00001_00009.jpg', crop_of(COLOURS[3]))


BAD = {
    'image cannot be read': (spoil_sign, 'train/13_yield/00001_00001.jpg'),
    'image cannot be read 1': (spoil_photo, 'day/broken.jpg'),
    'folder of an unknown class': (spoil_class, '99_dragon'),
    'sign is not named': (spoil_name, 'train/13_yield/photo.jpg'),
    'sign in two splits': (spoil_track, 'test_day/13_yield/00001_00009.jpg, also in train'),
}


@pytest.mark.parametrize('kind', BAD)
def test_scenes_bad_input_is_named_counted_and_fatal(signs, photos, tmp_path, kind):
    spoil, word = BAD[kind]
    spoil(signs, tmp_path)
    bad_scenes(signs, photos, tmp_path, kind, word, 'in all', '--skip-bad')
    gtsrb_scenes.prepare(signs, tmp_path / 'out', *photos, COUNTS, skip_bad=True)
    assert word in (tmp_path / 'out/left_out.txt').read_text()


def test_scenes_layout_errors(signs, photos, tmp_path):
    day, dark = photos
    bad_scenes(signs, ([tmp_path / 'none'], dark), tmp_path, 'none', 'no such folder')
    bad_scenes(signs, (dark, dark), tmp_path, '0 daylight photos: too few', 'train')
    for path in sorted((tmp_path / 'dark').rglob('dark?.png'))[1:]:
        path.unlink()
    bad_scenes(signs, photos, tmp_path, '1 dark photos: too few')
    shutil.rmtree(signs / 'test_day/38_keep_right')
    bad_scenes(signs, photos, tmp_path, 'test_day has no sign of mandatory')
    shutil.rmtree(signs / 'unlabelled_dark')
    bad_scenes(signs, photos, tmp_path, 'unlabelled_dark not found')


def test_every_class_of_gtsrb_has_one_family():
    found = Counter(n for numbers in scene_parts.NUMBERS.values() for n in numbers)
    assert found == dict.fromkeys(range(43), 1)


def test_scenes_of_real_signs(real_data, tmp_path):
    report = Report()
    crops = scene_parts.read_crops(real_data / 'gtsrb_daynight', 0, report)
    folders = [real_data / 'detection' / name for name in ('coco_mini', 'msrs_mini/day')]
    dark = [real_data / name for name in ('photos_dark', 'detection/msrs_mini/night')]
    photos = scene_parts.read_photos(folders, dark, 0, report)
    assert not report.faults and {s: len(found) for s, found in crops.items()}['test_night'] == 1110
    tracks = [{crop.track for crop in found} for found in crops.values()]
    assert len(set.union(*tracks)) == sum(map(len, tracks))
    for split, number in (('train', 3), ('test_night', 3)):
        rng = np.random.default_rng(0)
        for scene, _, signs in gtsrb_scenes.compose_split(crops[split], photos[split], number, rng):
            assert 3 <= len(signs) <= 6
            assert scene.mean() < 50 if split == 'test_night' else scene.mean() > 60


def test_scenes_help_has_an_example(capsys):
    with pytest.raises(SystemExit) as end:
        gtsrb_scenes.main(['--help'])
    assert end.value.code == 0
    assert 'example:\n  python tools/prepare/gtsrb_scenes.py' in capsys.readouterr().out
