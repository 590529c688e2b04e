"""Lists and box files as editors and other systems write them: read rightly, or a counted fault."""

import os
import shutil

import pytest

from arid_trees import clip, make_source, samples
from prepare_helpers import fails, unchanged
from prepare_trees import HEAD, TAIL, first, make_coco, make_devkit, make_exdark
from tools.prepare import arid, exdark, voco

SAME = {  # what must not change anything
    'blank last line': lambda text: text + b'\n',
    'line of blanks': lambda text: text.replace(b'\n', b'\n   \n', 1),
    'byte order mark': lambda text: b'\xef\xbb\xbf' + text,
    'Windows line ends': lambda text: text.replace(b'\r', b'').replace(b'\n', b'\r\n'),
    'no last line end': lambda text: text[:-1],
}


def rewrite(path, change):
    path.write_bytes(change(path.read_bytes()))


def to_utf16(text):
    return text.decode().encode('utf-16')


def add(line):
    return lambda text: text + line


@pytest.fixture(scope='module')
def day(tmp_path_factory):
    root = tmp_path_factory.mktemp('day')
    return make_devkit(root / 'voc'), make_coco(root / 'coco')


@pytest.fixture
def listed(day):
    path = day[0] / 'VOC2012/ImageSets/Main/trainval.txt'
    whole = path.read_bytes()
    yield path
    path.write_bytes(whole)


@pytest.mark.parametrize('kind', SAME)
def test_voc_list_is_read_rightly(day, listed, tmp_path, kind):
    rewrite(listed, SAME[kind])
    with unchanged(*day):
        assert 'train: 33 images' in voco.prepare(*day, tmp_path / 'out')


VOC_BAD = {
    'listed name has a folder': (b'../000001\n', 'line 14: ../000001'),
    'annotation missing': (b'none -1\n', 'none.xml, listed in VOC2012/ImageSets/Main/trainval.txt'),
    'name is not UTF-8': (b'gr\xfc\xdfe\n', r'gr\udcfc\udcdfe'),
    'name of more than 240 bytes': (b'1' * 300 + b'\n', '1111'),
}


@pytest.mark.parametrize('kind', VOC_BAD)
def test_voc_list_with_a_bad_line(day, listed, tmp_path, kind):
    line, where = VOC_BAD[kind]
    rewrite(listed, add(line))
    with unchanged(*day):
        fails(lambda: voco.prepare(*day, tmp_path / 'out'), kind, where)
        assert 'train: 33 images' in voco.prepare(*day, tmp_path / 'out', skip_bad=True)
    assert where in (tmp_path / 'out/left_out.txt').read_text()


@pytest.fixture(scope='module')
def dark(tmp_path_factory):
    return make_exdark(tmp_path_factory.mktemp('dark') / 'published')


@pytest.fixture
def published(dark, tmp_path):
    return shutil.copytree(dark, tmp_path / 'published')


@pytest.mark.parametrize('kind', SAME)
def test_exdark_list_and_boxes_are_read_rightly(published, tmp_path, kind):
    plain = exdark.prepare(published, tmp_path / 'plain')
    rewrite(published / 'imageclasslist.txt', SAME[kind])
    rewrite(first(published, 'ExDark_Annno'), SAME[kind])
    with unchanged(published):
        assert exdark.prepare(published, tmp_path / 'out') == plain


NAN, NO_LINE = 'box with a side that is no number', 'annotation line is not'
EXDARK_BOXES = {  # left, top, width and height; the fault and how it shows them
    'nan 5 20 15': (NAN, 'line 2: nan 5 20 15'),
    '10 nan 20 15': (NAN, 'line 2: 10 nan 20 15'),
    '10 5 nan 15': (NAN, 'line 2: 10 5 nan 15'),
    '10 5 20 NaN': (NAN, 'line 2: 10 5 20 nan'),
    'inf 5 20 15': (NAN, 'line 2: inf 5 20 15'),
    '10 5 20 -Infinity': (NAN, 'line 2: 10 5 20 -inf'),
    '10 5 1e400 15': (NAN, 'line 2: 10 5 inf 15'),
    '10 5 1e300 15': ('box outside the image', 'line 2: 10 5 1e+300 15 in 40 x 30'),
    '10,5,20,15': (NO_LINE, 'line 2: Car 10,5,20,15'),
    '10 5 true 15': (NO_LINE, 'line 2: Car 10 5 true 15'),
    '10 5 0x14 15': (NO_LINE, 'line 2: Car 10 5 0x14 15'),
}


@pytest.mark.parametrize('numbers', EXDARK_BOXES)
def test_exdark_numbers_of_a_box(published, tmp_path, numbers):
    kind, where = EXDARK_BOXES[numbers]
    first(published, 'ExDark_Annno').write_text(f'{HEAD}Car {numbers} {TAIL}')
    with unchanged(published):
        fails(lambda: exdark.prepare(published, tmp_path / 'out'), f'{kind}', where)
        exdark.prepare(published, tmp_path / 'out', skip_bad=True)
    for path in (tmp_path / 'out').rglob('*.[tj]*'):
        assert path.parent.name == 'out' or b'nan' not in path.read_bytes().lower()


EXDARK_ROWS = {
    'superscript': '2099_1.jpg \u00b2 1 1 1',
    'negative': '2099_1.jpg -5 1 1 1',
    'many digits': '2099_1.jpg ' + '1' * 5000 + ' 1 1 1',
    'name alone': '2099_1.jpg',
    'name with a space': 'a b.jpg 5 1 1 1',
}


@pytest.mark.parametrize('kind', EXDARK_ROWS)
def test_exdark_list_row_that_is_none(published, tmp_path, kind):
    rewrite(published / 'imageclasslist.txt', add(EXDARK_ROWS[kind].encode() + b'\n'))
    with unchanged(published):
        words = ('list row is not `name class', f'line 74: {EXDARK_ROWS[kind]}')
        fails(lambda: exdark.prepare(published, tmp_path / 'out'), *words)


def test_exdark_text_of_two_bytes_a_letter(published, tmp_path):
    path = first(published, 'ExDark_Annno')
    rewrite(path, to_utf16)
    words = ('annotation cannot be read', f'{path} is UTF-16 text; save it as UTF-8')
    fails(lambda: exdark.prepare(published, tmp_path / 'out'), *words)
    rewrite(published / 'imageclasslist.txt', to_utf16)
    words = ('imageclasslist.txt is UTF-16 text; save it as UTF-8',)
    fails(lambda: exdark.prepare(published, tmp_path / 'out', skip_bad=True), *words)


@pytest.fixture(scope='module')
def drawn(tmp_path_factory):
    return make_source(tmp_path_factory.mktemp('arid') / 'source')


@pytest.fixture
def source(drawn, tmp_path):
    return shutil.copytree(drawn, tmp_path / 'source')


TEST2 = 'ARID/raw/list_cvt/ARID_split2_test.txt'


@pytest.mark.parametrize('kind', SAME)
def test_arid_lists_are_read_rightly(source, tmp_path, kind):
    plain = arid.prepare(source, tmp_path / 'plain')
    rewrite(source / TEST2, SAME[kind])
    rewrite(source / 'NormalLight/raw/list_cvt/mapping_table.txt', SAME[kind])
    with unchanged(source):
        assert arid.prepare(source, tmp_path / 'out') == plain


NO_TABS, MISSING = 'line is not `index label path`, tab separated', 'clip missing'
ARID_ROWS = {
    'word as label': ('9\tWave\tWave/Wave_1_1.avi', NO_TABS),
    'superscript': ('9\t\u00b2\tWave/Wave_1_1.avi', NO_TABS),
    'negative': ('9\t-1\tWave/Wave_1_1.avi', NO_TABS),
    'many digits': ('9\t' + '1' * 5000 + '\tWave/Wave_1_1.avi', NO_TABS),
    'no name': ('9\t10\t.', NO_TABS),
    'root': ('9\t10\t/', NO_TABS),
    'blanks as name': ('9\t10\t  ', NO_TABS),
    'Windows path': ('9\t10\tWave\\Wave_1_1.avi', MISSING),
    'folder above': ('9\t10\t../Wave/Wave_1_1.avi', MISSING),
    'absolute path': ('9\t10\t/data/Wave/Wave_1_1.avi', MISSING),
    'quotes': ('9\t10\t"Wave/Wave_1_1.avi"', 'label is not that of the class folder'),
    'no clip but a link to nothing': ('9\t10\tWave/dangling.avi', MISSING),
    'no clip but a pipe': ('9\t10\tWave/pipe.avi', MISSING),
    'no clip but a folder': ('9\t10\tWave/folder.avi', MISSING),
}


@pytest.mark.parametrize('kind', ARID_ROWS)
def test_arid_bad_line_is_named_counted_and_fatal(source, tmp_path, kind):
    row, fault = ARID_ROWS[kind]
    wave = source / 'ARID/raw/data/Wave'
    (wave / 'dangling.avi').symlink_to('nowhere.avi')
    os.mkfifo(wave / 'pipe.avi')
    (wave / 'folder.avi').mkdir()
    (wave / 'again').symlink_to(wave.parent)  # a folder in itself
    rewrite(source / TEST2, add(row.encode() + b'\n'))
    number, where = f'{fault} 1', 'ARID_split2_test.txt, line 4: '
    fails(lambda: arid.prepare(source, tmp_path / 'out'), number, where)
    assert number in arid.prepare(source, tmp_path / 'out', skip_bad=True)
    assert len(samples(tmp_path / 'out', 'arid_split2_test')) == 3


def test_arid_name_that_is_no_utf8(source, tmp_path):
    clip(source / 'ARID/raw/data/Wave/x.avi')
    data = os.fsencode(source / 'ARID/raw/data/Wave')
    os.rename(data + b'/x.avi', data + b'/gr\xfc\xdf.avi')
    rewrite(source / TEST2, add(b'9\t10\tWave/gr\xfc\xdf.avi\n'))
    with unchanged(source):
        words = ('name is not UTF-8, or has control characters 1', r'gr\udcfc\udcdf.avi')
        fails(lambda: arid.prepare(source, tmp_path / 'out'), *words)
        arid.prepare(source, tmp_path / 'out', skip_bad=True)
    assert len(samples(tmp_path / 'out', 'arid_split2_test')) == 3


def test_arid_list_of_two_bytes_a_letter(source, tmp_path):
    rewrite(source / TEST2, to_utf16)
    words = ('ARID_split2_test.txt is UTF-16 text; save it as UTF-8',)
    fails(lambda: arid.prepare(source, tmp_path / 'out', skip_bad=True), *words)
