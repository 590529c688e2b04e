import json
import shutil
from collections import Counter

import numpy as np
import pytest
from mmpretrain.datasets import CustomDataset
from PIL import ExifTags, Image
from pycocotools.coco import COCO

from prepare_helpers import fails, tree
from prepare_trees import HEAD, TAIL, first, make_exdark, photo
from tools.prepare import exdark
from tools.prepare.common.report import Report


@pytest.fixture
def published(tmp_path):
    return make_exdark(tmp_path / 'published')


def test_exdark_counts_and_layout(published, tmp_path, capsys):
    root = tmp_path / 'out'
    assert exdark.main([str(published), str(root)]) == 0
    out = capsys.readouterr().out
    assert 'made; train 24, val 24, test 24' in out and 'Bicycle 6' in out and 'People 42' in out
    files = Counter(name.rsplit('/', 1)[0] for name in tree(root))
    each = {f'{kind}/{split}': 24 for kind in ('images', 'labels') for split in exdark_splits()}
    assert files == {**each, 'annotations': 3, 'cls': 3, 'prepared.json': 1}
    names = {p.name for p in (root / 'images').rglob('*.*')}
    assert names == {name.lower() for name in names} and len(names) == 72
    assert not list(tmp_path.glob('*.part'))


def exdark_splits():
    return list(exdark.SPLITS.values())


def test_exdark_labels_agree(published, tmp_path):
    root = tmp_path / 'out'
    exdark.prepare(published, root)
    for split in exdark_splits():
        coco = COCO(str(root / f'annotations/{split}.json'))
        assert [c['name'] for c in coco.loadCats(coco.getCatIds())] == exdark.CLASSES
        images = coco.loadImgs(coco.getImgIds())
        assert {i['file_name'] for i in images} == {
            p.name for p in (root / 'images' / split).iterdir()
        }
        for image in images:
            assert (image['width'], image['height']) == (40, 30)
            boxes = coco.loadAnns(coco.getAnnIds(image['id']))
            assert boxes[0]['bbox'] == [10, 5, 20, 15] and boxes[0]['area'] == 300
            stem = image['file_name'].split('.')[0]
            rows = np.loadtxt(root / f'labels/{split}/{stem}.txt', ndmin=2)
            assert [r + 1 for r in rows[:, 0]] == [b['category_id'] for b in boxes]
            back = rows[:, 1:] * [40, 30, 40, 30]
            back[:, :2] -= back[:, 2:] / 2
            assert np.allclose(back, [b['bbox'] for b in boxes], atol=1e-3)


def test_exdark_class_list_is_what_mmpretrain_reads(published, tmp_path):
    root = tmp_path / 'out'
    exdark.prepare(published, root)
    for split in exdark_splits():
        options = dict(ann_file=f'cls/{split}.txt', data_prefix='images', classes=exdark.CLASSES)
        samples = list(CustomDataset(data_root=str(root), **options))
        assert Counter(s['gt_label'] for s in samples) == dict.fromkeys(range(12), 2)
        for sample in samples:
            number = int(sample['img_path'].split('_')[-1][:5])
            assert sample['gt_label'] == (number - 1) // 6 and f'/{split}/' in sample['img_path']
            assert Image.open(sample['img_path']).size == (40, 30)


def test_exdark_second_run_changes_nothing(published, tmp_path, capsys):
    root = tmp_path / 'out'
    exdark.main([str(published), str(root)])
    before = tree(root)
    shutil.rmtree(published)
    cache = root / 'labels/train.cache'  # Ultralytics leaves one beside the labels
    cache.write_bytes(b'')
    assert exdark.main([str(published), str(root)]) == 0
    cache.unlink()
    assert 'already there; train 24' in capsys.readouterr().out and tree(root) == before
    fails(lambda: exdark.prepare(published, root, skip_bad=True), 'skip_bad', 'delete')
    next((root / 'images/val').iterdir()).unlink()
    words = ('images/val', 'found 23', 'expected 24', 'delete')
    fails(lambda: exdark.prepare(published, root), *words)


def test_exdark_foreign_folder_is_left_alone(published, tmp_path):
    (tmp_path / 'out').mkdir()
    (tmp_path / 'out/mine.txt').write_text('x')
    fails(lambda: exdark.prepare(published, tmp_path / 'out'), 'prepared.json', 'delete')
    assert list(tree(tmp_path / 'out')) == ['mine.txt']


def test_exdark_box_just_over_the_edge_is_cut(published, tmp_path):
    path = first(published, 'ExDark_Annno')
    path.write_text(f'{HEAD}Car -2 5 22 28 {TAIL}Car 39.5 1 2 2 {TAIL}')
    out = exdark.prepare(published, tmp_path / 'out')
    assert (
        'boxes cut at the edge, by at most 3 px 2' in out and 'boxes under 1 px left out 1' in out
    )
    name = path.name.lower().split('.')[0]
    row = np.loadtxt(tmp_path / f'out/labels/train/{name}.txt')
    assert np.allclose(row, [4, 10 / 40, 17.5 / 30, 20 / 40, 25 / 30], atol=1e-5)


def test_exdark_turned_photo_is_stored_as_annotated(published, tmp_path):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    path = first(published, 'ExDark')
    photo(path, exif=exif)
    out = exdark.prepare(published, tmp_path / 'out')
    assert 'images with an EXIF turn, stored without it 1' in out
    with Image.open(tmp_path / 'out/images/train' / path.name.lower()) as image:
        assert image.size == (40, 30) and ExifTags.Base.Orientation not in image.getexif()
    with Image.open(path) as image:  # the input is a hard link of the others: it must not change
        assert image.getexif()[ExifTags.Base.Orientation] == 6


def test_exdark_interruption_leaves_nothing(published, tmp_path, monkeypatch):
    def broken(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(exdark.detection, 'write_annotations', broken)
    with pytest.raises(KeyboardInterrupt):
        exdark.prepare(published, tmp_path / 'out')
    assert not list(tmp_path.glob('out*'))


def test_exdark_copies_where_links_are_not_possible(published, tmp_path, monkeypatch):
    def no_link(*args):
        raise OSError(18, 'Invalid cross-device link')

    exdark.prepare(published, tmp_path / 'linked')
    monkeypatch.setattr('os.link', no_link)
    exdark.prepare(published, tmp_path / 'copied')
    assert tree(tmp_path / 'linked') == tree(tmp_path / 'copied')
    one = next((tmp_path / 'copied/images/test').iterdir())
    assert one.stat().st_nlink == 1
    assert (tmp_path / 'linked/images/test' / one.name).stat().st_nlink == 2


def test_exdark_official_list(real_data):
    report = Report()
    rows = exdark.read_list(real_data / 'lists/exdark_imageclasslist.txt', report)
    assert not report.faults and len({row.key for row in rows}) == 7363
    assert Counter(row.split for row in rows) == {'train': 3000, 'val': 1800, 'test': 2563}
    assert Counter(row.label for row in rows if row.split == 'train') == dict.fromkeys(
        range(12), 250
    )


def test_exdark_annotation_ids_run_on(published, tmp_path):
    exdark.prepare(published, tmp_path / 'out')
    data = json.loads((tmp_path / 'out/annotations/test.json').read_text())
    assert set(data) == {'images', 'annotations', 'categories'}
    assert [a['id'] for a in data['annotations']] == list(range(1, 37))


def test_exdark_help_has_an_example(capsys):
    with pytest.raises(SystemExit) as end:
        exdark.main(['--help'])
    assert end.value.code == 0
    assert 'example:\n  python tools/prepare/exdark.py' in capsys.readouterr().out
