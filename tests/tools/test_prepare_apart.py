"""Archives and folders: photos that would overwrite one another, and results inside sources."""

import io
import tarfile
import zipfile

import cv2
import numpy as np
import pytest

from arid_trees import make_source
from prepare_helpers import fails, state, unchanged
from prepare_trees import first, make_coco, make_devkit, make_exdark, photo
from tools.prepare import arid, codan, exdark, gtsrb_daynight, gtsrb_scenes, voco

ONE = dict.fromkeys(codan.PER_CLASS, 1)


def tarball(path, names):
    with tarfile.open(path, 'w:bz2') as tar:
        for number, name in enumerate(names):
            info = tarfile.TarInfo(name)
            info.size = 1
            tar.addfile(info, io.BytesIO(bytes([number])))


def make_codan(folder, *more):
    folder.mkdir()
    for split in codan.PER_CLASS:
        names = [f'{split}/{name}/1.jpg' for name in codan.CLASSES]
        tarball(folder / f'codan_{split}.tar.bz2', names + [f'{split}/{name}' for name in more])
    return folder


@pytest.mark.parametrize('name', ['Cat/1.jpeg', 'Cat/1.JPG', 'Cat/1.jpg', 'again/Cat/1.jpg'])
def test_codan_photos_of_one_name_are_named(tmp_path, name):
    archives = make_codan(tmp_path / 'archives', name)
    with unchanged(archives):
        words = ('codan_train.tar.bz2', "'train/Cat/1.jpg' and", f'train/{name}', 'take one')
        fails(lambda: codan.prepare(archives, tmp_path / 'out', ONE), *words)


def test_codan_names_that_differ_in_case_are_named(tmp_path):
    archives = make_codan(tmp_path / 'archives', 'Cat/a.jpg', 'Cat/A.jpg')
    with unchanged(archives):
        fails(lambda: codan.prepare(archives, tmp_path / 'out', ONE), 'train/Cat/A.jpg', 'take one')


@pytest.mark.parametrize('kind', [tarfile.SYMTYPE, tarfile.LNKTYPE])
def test_codan_links_are_no_photos_and_are_named(tmp_path, kind):
    archives = make_codan(tmp_path / 'archives')
    with tarfile.open(archives / 'codan_val.tar.bz2', 'w:bz2') as tar:
        info = tarfile.TarInfo('val/Cat/2.jpg')
        info.type, info.linkname = kind, 'val/Cat/1.jpg'
        tar.addfile(info)
    with unchanged(archives):
        words = ('codan_val.tar.bz2', "'val/Cat/2.jpg' is a link to")
        fails(lambda: codan.prepare(archives, tmp_path / 'out', ONE), *words)


def make_gtsrb(path, *more):
    """A zip with one class of 3 bright and 2 dark tracks of one frame."""
    with zipfile.ZipFile(path, 'w') as zipped:
        for track in range(5):
            code = cv2.imencode('.ppm', np.full((20, 20, 3), 180 if track < 3 else 20, np.uint8))
            zipped.writestr(f'GTSRB/00001/{track:05d}_00000.ppm', code[1].tobytes())
        for name in more:
            zipped.writestr(name, code[1].tobytes())
    return path


@pytest.mark.parametrize(
    'name', ['copy/00001/00002_00000.ppm', 'GTSRB/1/00002_00000.ppm', 'GTSRB/00001/00002_00000.PPM']
)
@pytest.mark.parametrize('unpacked', [False, True])
def test_gtsrb_photos_of_one_name_are_named(tmp_path, name, unpacked):
    source, classes = make_gtsrb(tmp_path / 'x.zip', name), {1: '01_speed30'}
    if unpacked:
        with zipfile.ZipFile(source) as zipped:
            zipped.extractall(tmp_path / 'unpacked')
        source = tmp_path / 'unpacked'
    with unchanged(source):
        words = ('GTSRB/00001/00002_00000.ppm', name, 'one photo of one track', 'take one')
        fails(lambda: gtsrb_daynight.prepare(source, tmp_path / 'out', classes=classes), *words)
    assert not list(tmp_path.glob('out*'))


def test_gtsrb_reads_linked_folders_and_upper_case_endings(tmp_path):
    source, classes = make_gtsrb(tmp_path / 'x.zip'), {1: '01_speed30'}
    with zipfile.ZipFile(source) as zipped:
        zipped.extractall(tmp_path / 'disk')
    photos = tmp_path / 'disk/GTSRB/00001'
    photos.joinpath('00000_00000.ppm').rename(photos / '00000_00000.PPM')
    (tmp_path / 'unpacked').mkdir()
    (tmp_path / 'unpacked/Images').symlink_to(tmp_path / 'disk/GTSRB')
    (tmp_path / 'disk/GTSRB/loop').symlink_to(tmp_path / 'disk')
    with unchanged(tmp_path / 'disk', tmp_path / 'unpacked'):
        counts = gtsrb_daynight.prepare(tmp_path / 'unpacked', tmp_path / 'out', classes=classes)
    assert sum(counts.values()) == 5


@pytest.fixture
def jobs(tmp_path):
    """Tool -> a folder or file it reads, and a job that makes a result at a path."""
    ex, devkit, coco = (tmp_path / name for name in ('ex', 'voc', 'coco'))
    make_exdark(ex), make_devkit(devkit), make_coco(coco)
    clips, archives = make_source(tmp_path / 'clips'), make_codan(tmp_path / 'archives')
    signs = make_gtsrb(tmp_path / 'x.zip')
    photo(tmp_path / 'day/1.jpg')
    kinds = [tmp_path / 'day'], [tmp_path / 'day']
    counts = dict.fromkeys(('train', 'val', 'test_day', 'test_night', 'unlabelled_dark'), 1)
    return {
        'exdark': (ex / 'ExDark', lambda root: exdark.prepare(ex, root)),
        'voc': (devkit / 'VOC2007', lambda root: voco.prepare(devkit, coco, root)),
        'coco': (coco / 'train2017', lambda root: voco.prepare(devkit, coco, root)),
        'arid': (clips / 'NormalLight', lambda root: arid.prepare(clips, root)),
        'codan': (
            archives / 'codan_val.tar.bz2',
            lambda root: codan.prepare(archives, root, ONE),
        ),
        'gtsrb': (signs, lambda root: gtsrb_daynight.prepare(signs, root)),
        'scenes': (
            tmp_path / 'day',
            lambda root: gtsrb_scenes.prepare(tmp_path / 'signs', root, *kinds, counts),
        ),
    }


@pytest.mark.parametrize('tool', ['exdark', 'voc', 'coco', 'arid', 'codan', 'gtsrb', 'scenes'])
def test_a_result_neither_holds_a_source_nor_lies_in_one(jobs, tmp_path, tool):
    source, job = jobs[tool]
    link = tmp_path / 'link'
    link.symlink_to(source)
    before = state(tmp_path)
    for root in (source, source / 'new/out', link, tmp_path):
        if tool != 'codan' or root != tmp_path:  # its results are the folders of the splits
            fails(lambda at=root: job(at), 'lie in one another', 'name another folder')
    assert state(tmp_path) == before


@pytest.mark.parametrize('tool', ['exdark', 'voc', 'coco', 'arid', 'gtsrb', 'scenes'])
def test_what_a_killed_run_left_is_no_source(jobs, tmp_path, tool):
    """`<result>.part` is removed at the start."""
    source, job = jobs[tool]
    hidden = source.with_name('kept.part')
    source.rename(hidden)
    source.symlink_to(hidden)
    before = state(tmp_path)
    fails(lambda: job(hidden.with_suffix('')), 'lie in one another', 'kept.part')
    assert state(tmp_path) == before


def test_codan_archives_are_not_what_a_killed_run_left(tmp_path):
    archives = make_codan(tmp_path / 'archives')
    (tmp_path / 'out').mkdir()
    archives = archives.rename(tmp_path / 'out/val.part')
    before = state(tmp_path)
    fails(lambda: codan.prepare(archives, tmp_path / 'out', ONE), 'lie in one another', 'val.part')
    assert state(tmp_path) == before


def test_the_working_folder_can_be_the_result(tmp_path, monkeypatch):
    source = make_exdark(tmp_path / 'published')
    (tmp_path / 'here').mkdir()
    monkeypatch.chdir(tmp_path / 'here')
    with unchanged(source):
        assert exdark.main([str(source), '.']) == 0
        assert exdark.main([str(source), '/']) == exdark.main([str(source), '..']) == 1
    assert len(list((tmp_path / 'here').glob('images/*/*'))) == 72


def test_exdark_photos_that_differ_in_case_or_ending_are_named(tmp_path):
    source = make_exdark(tmp_path / 'published')
    path = first(source, 'ExDark')
    photo(path.with_name(path.name.swapcase()))
    text = (source / 'imageclasslist.txt').read_text()
    (source / 'imageclasslist.txt').write_text(text + '2015_00027.bmp 5 1 1 1\n')
    with unchanged(source):
        words = (str(path), 'image there twice 1', 'image listed twice 1', 'line 74')
        fails(lambda: exdark.prepare(source, tmp_path / 'out'), *words)
