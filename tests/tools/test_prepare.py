import bz2
import csv
import io
import os
import shutil
import tarfile
import zipfile
from collections import Counter, namedtuple

import cv2
import numpy as np
import pytest
from PIL import Image

from tools.prepare import _common, codan, demo, gtsrb_daynight

FEW = {'train': 3, 'val': 1, 'test_day': 2, 'test_night': 2}
TEN = {'Bicycle', 'Boat', 'Bottle', 'Bus', 'Car', 'Cat', 'Chair', 'Cup', 'Dog', 'Motorbike'}


def tree(root):
    """Every file below root: path -> content; half-written folders included."""
    files = {p.relative_to(root).as_posix(): p for p in root.rglob('*') if p.is_file()}
    return {name: p.read_bytes() for name, p in sorted(files.items())}


def fails(job, *words):
    """Run a job that must end in one readable error that has these words."""
    with pytest.raises(_common.PrepareError) as error:
        job()
    for word in words:
        assert word in str(error.value), str(error.value)


# CODaN


def tarball(names):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode='w:bz2') as tar:
        for name in names:
            content = np.random.default_rng(len(name)).bytes(300) + name.encode()
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def photo_names(split, top, suffix='.jpg'):
    return [f'{top}{split}/{c}/{c}_{i}{suffix}' for c in sorted(TEN) for i in range(FEW[split])]


@pytest.fixture
def archives(tmp_path):
    """The published files, with the three kinds of top folder and of suffix that occur."""
    folder = tmp_path / 'archives'
    folder.mkdir()
    train = tarball(photo_names('train', '') + ['train/.DS_Store', 'train/Cat/._Cat_0.jpg'])
    third = len(train) // 3
    for i, piece in enumerate((train[:third], train[third : third + 7], train[third + 7 :])):
        (folder / f'codan_train.tar.bz2.part{i}').write_bytes(piece)
    val = tarball(photo_names('val', 'data/', '.JPEG'))
    (folder / 'codan_val.tar.bz2').write_bytes(val)
    for split in ('test_day', 'test_night'):
        (folder / f'codan_{split}.tar.bz2').write_bytes(tarball(photo_names(split, './')))
    return folder


def test_codan_counts_and_content(archives, tmp_path):
    root = tmp_path / 'codan'
    assert codan.prepare(archives, root, FEW) == ['train', 'val', 'test_day', 'test_night']
    files = tree(root)
    assert len(files) == 10 * (3 + 1 + 2 + 2)
    assert Counter(name.split('/')[0] for name in files) == {s: 10 * n for s, n in FEW.items()}
    assert {name.split('/')[1] for name in files} == TEN
    assert files['train/Dog/Dog_2.jpg'].endswith(b'train/Dog/Dog_2.jpg')
    assert files['val/Cup/Cup_0.jpg'].endswith(b'data/val/Cup/Cup_0.JPEG')


def test_codan_second_run_needs_no_archive(archives, tmp_path, capsys, monkeypatch):
    root = tmp_path / 'codan'
    monkeypatch.setattr(codan.prepare, '__defaults__', (FEW,))
    assert codan.main([str(archives), str(root)]) == 0
    before = tree(root)
    shutil.rmtree(archives)
    assert codan.main([str(archives), str(root)]) == 0
    assert 'already there' in capsys.readouterr().out
    assert tree(root) == before


def test_codan_resumes_after_an_interruption(archives, tmp_path):
    root = tmp_path / 'codan'
    codan.prepare(archives, root, FEW)
    whole = tree(root)
    shutil.move(root / 'val', root / 'val.part')  # killed while val was being written
    (root / 'val.part' / 'Cat' / 'junk.jpg').write_bytes(b'')
    assert codan.prepare(archives, root, FEW) == ['val']
    assert tree(root) == whole


@pytest.mark.parametrize('name', ['codan_train.tar.bz2.part1', 'codan_test_night.tar.bz2'])
def test_codan_missing_archive_is_named_first(archives, tmp_path, name):
    (archives / name).unlink()
    fails(lambda: codan.prepare(archives, tmp_path / 'codan', FEW), name, str(archives), 'download')
    assert not (tmp_path / 'codan').exists()


def test_codan_every_missing_archive_is_named(tmp_path):
    names = [f'codan_train.tar.bz2.part{i}' for i in range(3)]
    names += [f'codan_{split}.tar.bz2' for split in ('val', 'test_day', 'test_night')]
    fails(lambda: codan.prepare(tmp_path, tmp_path / 'codan'), *names)


def bad_val(archives, tmp_path, content, *words):
    """Replace the val archive; the error has the words, and the other splits stay whole."""
    (archives / 'codan_val.tar.bz2').write_bytes(content)
    root = tmp_path / 'codan'
    fails(lambda: codan.prepare(archives, root, FEW), 'codan_val.tar.bz2', *words)
    assert [p.name for p in root.iterdir()] == ['train']
    assert not list(tmp_path.glob('*.part'))
    assert len(tree(root)) == 30


def test_codan_truncated_archive(archives, tmp_path):
    content = (archives / 'codan_val.tar.bz2').read_bytes()
    bad_val(archives, tmp_path, content[: len(content) // 2], 'truncated', 'download')


@pytest.mark.parametrize(
    ('content', 'words'),
    [
        (b'<html>404</html>', ['no bzip2 archive', 'download']),
        (bz2.compress(b'no tar' * 999), ['damaged', 'download']),
        (tarball(photo_names('val', '')[1:]), ['Bicycle', 'found 0', 'expected 1', 'download']),
        (tarball(['val/Horse/1.jpg']), ['val/Horse/1.jpg', 'right archive']),
        (tarball(photo_names('test_day', '')), ['test_day', "expected 'val'"]),
        (tarball(['../../val/Cat/evil.jpg']), ['unsafe', 'evil.jpg']),
    ],
    ids=['html', 'no-tar', 'too-few', 'class', 'split', 'traversal'],
)
def test_codan_bad_archive(archives, tmp_path, content, words):
    bad_val(archives, tmp_path, content, *words)
    assert not list(tmp_path.rglob('evil.jpg'))


def test_codan_damaged_result_is_reported_and_kept(archives, tmp_path):
    root = tmp_path / 'codan'
    codan.prepare(archives, root, FEW)
    (root / 'test_day/Bus/Bus_1.jpg').unlink()
    before = tree(root)
    words = ('test_day', 'Bus', 'found 1', 'expected 2', 'delete')
    fails(lambda: codan.prepare(archives, root, FEW), *words)
    assert tree(root) == before


def test_codan_disk_full(archives, tmp_path, monkeypatch):
    usage = namedtuple('usage', 'free')
    monkeypatch.setattr(shutil, 'disk_usage', lambda path: usage(10))
    job = lambda: codan.prepare(archives, tmp_path / 'codan', FEW)  # noqa: E731
    fails(job, 'codan', 'free', 'needed', 'make room')
    assert not (tmp_path / 'codan').exists()


def test_codan_published_counts():
    assert set(codan.CLASSES) == TEN
    totals = {split: 10 * n for split, n in codan.PER_CLASS.items()}
    assert totals == {'train': 10_000, 'val': 500, 'test_day': 2_500, 'test_night': 2_500}


# GTSRB

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


# demo


@pytest.fixture(scope='module')
def drawn(tmp_path_factory):
    root = tmp_path_factory.mktemp('demo') / 'demo'
    demo.make_demo(root)
    return root


def test_demo_counts(drawn):
    names = [name for name in tree(drawn) if name.endswith('.jpg')]
    counts = {'train': 960, 'val_day': 160, 'val_night': 160, 'test_day': 320, 'test_night': 320}
    assert Counter(n.split('/')[0] for n in names) == {**counts, 'unlabelled_dark': 200}
    per_shape = Counter(tuple(n.split('/')[:2]) for n in names if n.count('/') == 2)
    assert len(per_shape) == 5 * 8 and {n for (s, _), n in per_shape.items() if s == 'train'} == {
        120
    }
    assert not list(drawn.parent.glob('*.part'))


def test_demo_nights_are_dark_and_days_bright(drawn):
    def greys(split):
        return [
            cv2.imread(str(p), cv2.IMREAD_GRAYSCALE).mean() for p in (drawn / split).rglob('*.jpg')
        ]

    for split in ('val_night', 'test_night', 'unlabelled_dark'):
        values = greys(split)
        assert 15 < np.mean(values) < 35 and min(values) > 8 and max(values) < 50
    assert min(greys('test_day')) > 35 and np.mean(greys('train')) > 70
    assert cv2.imread(str(next((drawn / 'train').rglob('*.jpg')))).shape == (48, 48, 3)


def test_demo_is_deterministic(tmp_path, monkeypatch, drawn):
    monkeypatch.setattr(demo, 'PER_SHAPE', dict.fromkeys(demo.PER_SHAPE, 2))
    monkeypatch.setattr(demo, 'UNLABELLED', 3)
    for name, seed in (('a', 0), ('b', 0), ('c', 1)):
        demo.make_demo(tmp_path / name, seed)
    a, b, c, full = *(tree(tmp_path / name) for name in 'abc'), tree(drawn)
    assert a == b and a.keys() == c.keys()
    assert all(a[name] == full[name] for name in a)
    assert not {v for k, v in a.items() if 'jpg' in k} & {v for k, v in c.items() if 'jpg' in k}
    demo.make_demo(tmp_path / 'a')
    assert tree(tmp_path / 'a') == b
    fails(lambda: demo.make_demo(tmp_path / 'a', 5), 'seed 0', 'asked for 5', 'delete')
    (tmp_path / 'a/val_night/star/0001.jpg').unlink()
    fails(lambda: demo.make_demo(tmp_path / 'a'), 'val_night', 'star', 'found 1', 'expected 2')


def test_demo_failure_leaves_nothing(tmp_path, monkeypatch):
    def broken(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, 'PER_SHAPE', {'train': 2, 'val_night': 2})
    monkeypatch.setattr(demo, 'night', broken)
    with pytest.raises(KeyboardInterrupt):
        demo.make_demo(tmp_path / 'x')
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize('tool', [codan, gtsrb_daynight, demo])
def test_help_has_an_example(tool, capsys):
    with pytest.raises(SystemExit) as end:
        tool.main(['--help'])
    assert end.value.code == 0
    assert (
        f'example:\n  python tools/prepare/{tool.__name__.split(".")[-1]}.py'
        in capsys.readouterr().out
    )


def test_cli_reports_an_error_without_traceback(tmp_path, capsys):
    assert gtsrb_daynight.main([str(tmp_path / 'no.zip'), str(tmp_path / 'out')]) == 1
    assert capsys.readouterr().err.startswith('error: ')
