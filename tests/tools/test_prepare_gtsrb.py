import csv
import io
import os
import zipfile
from collections import Counter

import numpy as np
import pytest
from PIL import Image

from prepare_helpers import fails, tree
from tools.prepare import gtsrb_daynight

TWO = {1: '01_speed30', 13: '13_yield'}
BRIGHT, MIDDLE, DARK = range(0, 9), range(9, 11), range(11, 21)  # tracks of each class


def track_colour(label, track):
    """One flat colour per track; the red channel tells tracks apart in the result."""
    green = 180 if track in BRIGHT else 50 if track in MIDDLE else 20
    return (8 * (track % 11), green, green + label)


@pytest.fixture(scope='module')
def photos():
    """File name -> PPM, in the published layout; class 2 is not asked for."""
    out = {'GTSRB/Readme-Images.txt': b'hello', 'GTSRB/Final_Training/Images/00001/GT.csv': b''}
    for label in (1, 2, 13):
        for track in (*BRIGHT, *MIDDLE, *DARK):
            buffer = io.BytesIO()
            Image.new('RGB', (26, 28), track_colour(label, track)).save(buffer, 'PPM')
            for frame in range(30):
                name = f'{label:05d}/{track:05d}_{frame:05d}.ppm'
                out[f'GTSRB/Final_Training/Images/{name}'] = buffer.getvalue()
    del out['GTSRB/Final_Training/Images/00001/00000_00024.ppm']  # one real track has 29
    return out


@pytest.fixture
def archive(tmp_path, photos):
    path = tmp_path / 'GTSRB_Final_Training_Images.zip'
    with zipfile.ZipFile(path, 'w') as zipped:
        for name, content in photos.items():
            zipped.writestr(name, content)
    return path


def test_gtsrb_rule(archive, tmp_path):
    root = tmp_path / 'gtsrb'
    counts = gtsrb_daynight.prepare(archive, root, classes=TWO)
    # per class: 9 bright tracks -> 2 by day, 7 to train; 10 dark -> 3 without labels, 7 by night
    tracks = {'train': 7, 'test_day': 2, 'test_night': 7, 'unlabelled_dark': 3}
    frames = {'train': 15, 'test_day': 10, 'test_night': 10, 'unlabelled_dark': 10}
    assert counts == {split: 2 * tracks[split] * frames[split] for split in tracks}
    with (root / 'manifest.csv').open() as file:
        rows = list(csv.DictReader(file))
    jpgs = {name for name in tree(root) if name.endswith('.jpg')}
    assert {row['file'] for row in rows} == jpgs and len(rows) == len(jpgs)
    seen = {}
    for row in rows:
        split, *middle, _ = row['file'].split('/')
        image = Image.open(root / row['file'])
        assert image.size == (26, 28) == (int(row['width']), int(row['height']))
        red, green, blue = np.asarray(image).reshape(-1, 3).mean(0)
        luma = 0.299 * red + 0.587 * green + 0.114 * blue
        assert float(row['mean_gray']) == pytest.approx(luma, abs=1.5)
        assert luma < 40 if split in ('test_night', 'unlabelled_dark') else luma > 70
        if split == 'unlabelled_dark':
            assert row['gtsrb_class'] == row['track'] == row['source_path'] == '' and not middle
            continue
        assert middle == [TWO[int(row['gtsrb_class'])]]
        track = (row['gtsrb_class'], row['track'])
        assert seen.setdefault(track, split) == split
    assert len(seen) == 2 * (7 + 2 + 7)


def test_gtsrb_unlabelled_tracks_are_no_test_tracks(archive, tmp_path):
    root = tmp_path / 'gtsrb'
    gtsrb_daynight.prepare(archive, root, classes=TWO)

    def colours(split):
        paths = (root / split).rglob('*.jpg')
        return np.stack([np.asarray(Image.open(p)).reshape(-1, 3).mean(0) for p in paths])

    gaps = np.abs(colours('unlabelled_dark')[:, None] - colours('test_night')).max(-1)
    assert gaps.shape == (60, 140) and gaps.min() > 4  # JPEG moves a flat colour by 2 at most


def test_gtsrb_frames_of_a_short_track(archive, tmp_path):
    root = tmp_path / 'gtsrb'
    gtsrb_daynight.prepare(archive, root, classes=TWO)
    name = {p.name: p for p in root.rglob('00000_000*.jpg') if '01_' in str(p)}
    frames = sorted(int(n[6:11]) for n in name)
    step2 = [*range(0, 24, 2), 25, 27, 29]
    assert frames in (step2, [*range(0, 24, 3), 25, 28])


def test_gtsrb_folder_gives_the_same_and_seed_matters(archive, tmp_path):
    with zipfile.ZipFile(archive) as zipped:
        zipped.extractall(tmp_path / 'unpacked')
    for name, source, seed in (
        ('a', archive, 0),
        ('b', tmp_path / 'unpacked', 0),
        ('c', archive, 1),
    ):
        gtsrb_daynight.prepare(source, tmp_path / name, seed, TWO)
    a, b, c = (tree(tmp_path / name) for name in 'abc')
    photos_only = lambda t: {k: v for k, v in t.items() if k.endswith('.jpg')}  # noqa: E731
    assert photos_only(a) == photos_only(b)
    assert a['manifest.csv'] != c['manifest.csv']


def test_gtsrb_second_run_verifies(archive, tmp_path):
    root = tmp_path / 'gtsrb'
    gtsrb_daynight.prepare(archive, root, classes=TWO)
    before = tree(root)
    archive.unlink()
    assert gtsrb_daynight.prepare(archive, root, classes=TWO) is None
    assert tree(root) == before
    lost = next((root / 'test_day').rglob('*.jpg'))
    lost.unlink()
    fails(lambda: gtsrb_daynight.prepare(archive, root, classes=TWO), lost.name, 'delete')


def bad_gtsrb(source, tmp_path, *words):
    fails(lambda: gtsrb_daynight.prepare(source, tmp_path / 'out', classes=TWO), *words)
    assert not list(tmp_path.glob('out*'))


def test_gtsrb_unreadable_photo_is_named(tmp_path, photos):
    name = 'GTSRB/Final_Training/Images/00013/00004_00007.ppm'
    with zipfile.ZipFile(tmp_path / 'x.zip', 'w') as zipped:
        for n, content in photos.items():
            zipped.writestr(n, content[:90] if n == name else content)
    bad_gtsrb(tmp_path / 'x.zip', tmp_path, name, 'download')


def test_gtsrb_bad_sources(archive, tmp_path):
    bad_gtsrb(tmp_path / 'none.zip', tmp_path, 'none.zip', 'not found')
    (tmp_path / 'cut.zip').write_bytes(archive.read_bytes()[:-500])
    bad_gtsrb(tmp_path / 'cut.zip', tmp_path, 'cut.zip', 'download')
    (tmp_path / 'empty').mkdir()
    bad_gtsrb(tmp_path / 'empty', tmp_path, 'empty', 'no photo')


def test_gtsrb_too_few_tracks(tmp_path, photos):
    with zipfile.ZipFile(tmp_path / 'x.zip', 'w') as zipped:
        for name, content in photos.items():
            if '/00013/' not in name or '/0000' not in name.split('00013')[1][:6]:
                zipped.writestr(name, content)
    bad_gtsrb(tmp_path / 'x.zip', tmp_path, '13_yield', 'found 0 bright', 'at least 3')


def test_gtsrb_foreign_folder_is_left_alone(archive, tmp_path):
    root = tmp_path / 'out'
    root.mkdir()
    (root / 'mine.txt').write_text('x')
    fails(lambda: gtsrb_daynight.prepare(archive, root, classes=TWO), 'manifest.csv', 'delete')
    assert list(tree(root)) == ['mine.txt']


@pytest.mark.skipif('WIID_REAL_DATA' not in os.environ, reason='WIID_REAL_DATA is not set')
def test_gtsrb_draw_has_the_sizes_of_the_real_split():
    tracks = {}
    with open(os.path.join(os.environ['WIID_REAL_DATA'], 'gtsrb_daynight/manifest.csv')) as file:
        for row in csv.DictReader(file):
            if row['track']:
                split, folder, _ = row['file'].split('/')
                tracks[int(row['gtsrb_class']), row['track']] = split, folder
    assert set(gtsrb_daynight.CLASSES.values()) == {folder for _, folder in tracks.values()}
    greys = {track: 10 if split == 'test_night' else 99 for track, (split, _) in tracks.items()}
    drawn = gtsrb_daynight.assign(greys, gtsrb_daynight.CLASSES, seed=0)
    for split in ('train', 'test_day'):
        real = Counter(label for (label, _), (s, _) in tracks.items() if s == split)
        assert Counter(label for label, _ in drawn[split]) == real
