import bz2
import io
import shutil
import tarfile
from collections import Counter, namedtuple

import numpy as np
import pytest

from prepare_helpers import fails, tree
from tools.prepare import codan

FEW = {'train': 3, 'val': 1, 'test_day': 2, 'test_night': 2}
TEN = {'Bicycle', 'Boat', 'Bottle', 'Bus', 'Car', 'Cat', 'Chair', 'Cup', 'Dog', 'Motorbike'}


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
