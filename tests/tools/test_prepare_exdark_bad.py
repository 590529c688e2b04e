import shutil

import numpy as np
import pytest

from prepare_helpers import fails
from prepare_trees import HEAD, TAIL, first, make_exdark, photo
from tools.prepare import exdark


@pytest.fixture
def published(tmp_path):
    return make_exdark(tmp_path / 'published')


def spoil_image_missing(published):
    first(published, 'ExDark').unlink()


def spoil_image_broken(published):
    first(published, 'ExDark').write_bytes(b'<html>')


def spoil_annotation_missing(published):
    first(published, 'ExDark_Annno').unlink()


def spoil_annotation_extra(published):
    (published / 'ExDark_Annno/Car/2099_00001.png.txt').write_text(HEAD)


def spoil_image_extra(published):
    photo(published / 'ExDark/Car/2099_00001.png')


def spoil_image_twice(published):
    path = first(published, 'ExDark')
    shutil.copy(path, path.with_suffix(path.suffix.swapcase()))


def spoil_folder(published):
    photo(published / 'ExDark/Horse/2099_00001.png')


def spoil_header(published):
    first(published, 'ExDark_Annno').write_text(f'Car 1 2 3 4 {TAIL}')


def spoil_class(published):
    first(published, 'ExDark_Annno').write_text(f'{HEAD}Horse 1 2 3 4 {TAIL}')


def spoil_line(published):
    first(published, 'ExDark_Annno').write_text(f'{HEAD}Car 1 2 x\n')


def spoil_outside(published):
    first(published, 'ExDark_Annno').write_text(f'{HEAD}Car 30 2 20 10 {TAIL}')


def spoil_negative(published):
    first(published, 'ExDark_Annno').write_text(f'{HEAD}Car 30 2 -5 10 {TAIL}')


def spoil_empty(published):
    first(published, 'ExDark_Annno').write_text(HEAD)


def edit_list(published, old, new):
    path = published / 'imageclasslist.txt'
    path.write_text(path.read_text().replace(old, new, 1))


BAD = {
    'image missing': (spoil_image_missing, 'Car/2015_000'),
    'image cannot be read': (spoil_image_broken, 'Car/2015_000'),
    'annotation missing': (spoil_annotation_missing, 'Car/2015_000'),
    'annotation that is not in the list': (spoil_annotation_extra, '2099_00001'),
    'image that is not in the list': (spoil_image_extra, '2099_00001'),
    'image there twice': (spoil_image_twice, 'Car/2015_000'),
    'folder of an unknown class': (spoil_folder, 'Horse'),
    'annotation does not start with': (spoil_header, 'Car/2015_000'),
    'unknown class in an annotation': (spoil_class, 'line 2: Horse'),
    'annotation line is not': (spoil_line, 'line 2: Car 1 2 x'),
    'box outside the image': (spoil_outside, 'line 2: 30 2 20 10 in 40 x 30'),
    'box with a negative side': (spoil_negative, 'line 2: -5 x 10'),
    'image without a box': (spoil_empty, 'Car/2015_000'),
    'list row is not': (lambda p: edit_list(p, ' 5 6 1 1\n', ' 5 6\n'), 'line 26'),
    'list row with an unknown': (lambda p: edit_list(p, ' 5 6 1 1\n', ' 13 6 1 1\n'), 'line 26'),
    'image listed twice': (lambda p: edit_list(p, '2015_00026', '2015_00025'), 'line 27'),
}


@pytest.mark.parametrize('kind', BAD)
def test_exdark_bad_input_is_named_counted_and_fatal(published, tmp_path, kind):
    spoil, word = BAD[kind]
    spoil(published)
    root = tmp_path / 'out'
    fails(lambda: exdark.prepare(published, root), f'{kind}', word, 'in all:', '--skip-bad')
    assert not list(tmp_path.glob('out*'))
    exdark.prepare(published, root, skip_bad=True)
    assert kind in (root / 'left_out.txt').read_text()
    assert len(list((root / 'images').rglob('*.*'))) in (71, 72)


def test_exdark_faults_are_all_counted(published, tmp_path):
    for path in sorted((published / 'ExDark/Cat').iterdir())[:4]:
        path.unlink()
    spoil_outside(published)
    words = ('image missing 4', 'box outside the image 1', 'Cat/2015_00031', 'Cat/2015_00034')
    fails(lambda: exdark.prepare(published, tmp_path / 'out'), *words)


@pytest.mark.parametrize('name', ['ExDark', 'ExDark_Annno', 'imageclasslist.txt'])
def test_exdark_layout_error_is_named(published, tmp_path, name):
    (published / name).rename(tmp_path / 'away')
    fails(lambda: exdark.prepare(published, tmp_path / 'out'), f'{name} not found', 'unpack')
    assert not list(tmp_path.glob('out*'))


def test_exdark_box_over_the_edge_is_cut_when_faults_are_skipped(published, tmp_path):
    spoil_outside(published)
    exdark.prepare(published, tmp_path / 'out', skip_bad=True)
    name = first(published, 'ExDark_Annno').name.lower().split('.')[0]
    row = np.loadtxt(tmp_path / f'out/labels/train/{name}.txt')
    assert np.allclose(row, [4, 35 / 40, 7 / 30, 10 / 40, 10 / 30], atol=1e-5)
