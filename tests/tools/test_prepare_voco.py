import json
import shutil
from collections import Counter

import pytest
from mmpretrain.datasets import CustomDataset
from PIL import Image

from prepare_helpers import fails, tree
from prepare_trees import (
    BOX,
    NAMES,
    VOC,
    coco_tree,
    make_coco,
    make_devkit,
    write_coco,
    write_xml,
)
from tools.prepare import voco
from tools.prepare.common.detection import Box, Picture
from tools.prepare.exdark import CLASSES


@pytest.fixture
def devkit(tmp_path):
    return make_devkit(tmp_path / 'VOCdevkit')


@pytest.fixture
def coco(tmp_path):
    return make_coco(tmp_path / 'coco')


def load(root, split):
    data = json.loads((root / f'annotations/{split}.json').read_text())
    names = {i['id']: i['file_name'] for i in data['images']}
    return names, data['annotations']


def all_boxes(root):
    """File name -> (class, box, ignore) of both splits."""
    found = {}
    for split in ('train', 'val'):
        names, annotations = load(root, split)
        found |= {name: [] for name in names.values()}
        for a in annotations:
            box = (CLASSES[a['category_id'] - 1], a['bbox'], a['iscrowd'])
            found[names[a['image_id']]].append(box)
    return found


def test_voco_class_map_is_whole():
    assert list(voco.CLASS_MAP) == CLASSES
    same = {'bicycle', 'boat', 'bottle', 'bus', 'car', 'cat', 'chair', 'dog', 'person'}
    assert set(voco.VOC_LABELS) == same | {'motorbike', 'diningtable'}
    assert set(voco.COCO_LABELS) == same | {'motorcycle', 'dining table', 'cup'}
    assert all(CLASSES[voco.VOC_LABELS[n]].lower() == n for n in same - {'person'})
    assert all(voco.VOC_LABELS[n] == voco.COCO_LABELS[n] for n in same)
    assert CLASSES[voco.VOC_LABELS['person']] == CLASSES[voco.COCO_LABELS['person']] == 'People'
    assert CLASSES[voco.VOC_LABELS['motorbike']] == 'Motorbike'
    assert CLASSES[voco.COCO_LABELS['dining table']] == 'Table'


def test_voco_counts(devkit, coco, tmp_path, capsys):
    root = tmp_path / 'out'
    assert voco.main(['--voc', str(devkit), '--coco', str(coco), str(root)]) == 0
    out = capsys.readouterr().out
    assert 'train: 33 images' in out and 'val: 2 images' in out  # 2 x 11 of VOC, 13 of COCO
    files = Counter(name.rsplit('/', 1)[0] for name in tree(root))
    each = {f'{kind}/train': 33 for kind in ('images', 'labels')}
    each |= {f'{kind}/val': 2 for kind in ('images', 'labels')}
    assert files == {**each, 'annotations': 2, 'cls': 2, 'prepared.json': 1}
    assert not {'voc2007_000011.jpg', 'coco_000000000013.jpg', 'coco_000000000014.jpg'} & set(
        all_boxes(root)
    )
    printed = {word: 0 for word in CLASSES}
    for line in out.splitlines():
        for item in line.split('boxes: ')[1].split(', ') if 'boxes: ' in line else ():
            name, number = item.split()
            printed[name] += int(number)
    assert printed == {**dict.fromkeys(CLASSES, 3), 'Cup': 2, 'Table': 4}


def test_voco_boxes(devkit, coco, tmp_path):
    root = tmp_path / 'out'
    voco.prepare(devkit, coco, root)
    boxes = all_boxes(root)
    for year, prefix in (('voc2007', ''), ('voc2012', '2008_')):
        for number, name in enumerate(VOC):
            label = CLASSES[voco.VOC_LABELS[name]]
            assert boxes[f'{year}_{prefix}{number:06d}.jpg'] == [(label, [10, 5, 20, 15], 0)]
    for number, name in enumerate(NAMES[:-1], 1):
        label = CLASSES[voco.COCO_LABELS[name]]
        wanted = [(label, [10.5, 5, 20, 15.25], 0), ('People', [0, 0, 9, 9], 1)]
        assert boxes[f'coco_{number:012d}.jpg'] == wanted
    text = next((root / 'labels').rglob('coco_000000000015.txt')).read_text()
    assert [line.split()[0] for line in text.splitlines()] == ['7', '11']  # the crowd is not there


def test_voco_difficult_object_beside_another(devkit, coco, tmp_path):
    path = devkit / 'VOC2007/Annotations/000012.xml'
    write_xml(path, ('dog', 1, *BOX), ('car', 0, 1, 1, 40, 30))
    voco.prepare(devkit, coco, tmp_path / 'out')
    wanted = [('Dog', [10, 5, 20, 15], 1), ('Car', [0, 0, 40, 30], 0)]
    assert all_boxes(tmp_path / 'out')['voc2007_000012.jpg'] == wanted
    text = next((tmp_path / 'out/labels').rglob('voc2007_000012.txt')).read_text()
    assert text.split() == ['4', '0.500000', '0.500000', '1.000000', '1.000000']


def test_voco_class_list_has_the_largest_box(devkit, coco, tmp_path):
    root = tmp_path / 'out'
    voco.prepare(devkit, coco, root)
    samples = {}
    for split in ('train', 'val'):
        options = dict(data_root=str(root), data_prefix='images', classes=CLASSES)
        if (root / f'cls/{split}.txt').read_text():
            for s in CustomDataset(ann_file=f'cls/{split}.txt', **options):
                samples[s['img_path'].rsplit('/', 1)[1]] = CLASSES[s['gt_label']]
                assert Image.open(s['img_path']).size == (40, 30)
    wanted = {
        f'coco_{i:012d}.jpg': CLASSES[voco.COCO_LABELS[n]] for i, n in enumerate(NAMES[:-1], 1)
    }
    assert samples == {**wanted, 'coco_000000000015.jpg': 'Table'}


@pytest.mark.parametrize(('height', 'wanted'), [(15, 4), (14.9, None)])
def test_voco_small_objects_and_crowds_name_no_class(height, wanted):
    boxes = (Box(4, 1, 1, 4, height), Box(7, 1, 1, 3, 3), Box(8, 0, 0, 40, 30, ignore=True))
    assert voco.class_of(Picture('a.jpg', 'a.jpg', (40, 30), boxes)) == wanted  # 5 % are 60 px


def test_voco_class_list_leaves_out_small_objects_and_is_counted(devkit, coco, tmp_path):
    data = coco_tree()
    cup = next(a for a in data['annotations'] if a['image_id'] == 1 + NAMES.index('cup'))
    cup['bbox'] = [1, 1, 5, 5]
    write_coco(coco, data)
    counts = voco.prepare(devkit, coco, tmp_path / 'out')
    listed = [line.split('; ')[1] for line in counts.splitlines() if 'class list' in line]
    total = Counter()
    for line in listed:
        total.update({name: int(n) for name, n in map(str.split, line.split(', '))})
    assert total == {**dict.fromkeys(CLASSES, 1), 'Cup': 0, 'Table': 2}
    lists = ''.join((tmp_path / f'out/cls/{split}.txt').read_text() for split in ('train', 'val'))
    name = f'coco_{1 + NAMES.index("cup"):012d}.jpg'
    assert lists.count('coco_') == 12 and name not in lists
    assert list((tmp_path / 'out/images').rglob(name))


def test_voco_size_and_seed(devkit, coco, tmp_path):
    sets = []
    for name, seed in (('a', 0), ('b', 0), ('c', 1)):
        voco.prepare(devkit, coco, tmp_path / name, 20, seed)
        sets.append(tree(tmp_path / name))
        assert len(list((tmp_path / name / 'images/train').iterdir())) == 19
    assert sets[0] == sets[1] and sets[0].keys() != sets[2].keys()
    fails(lambda: voco.prepare(devkit, coco, tmp_path / 'a', 10), "'images': 20", "'images': 10")
    for number in (36, 0):
        words = (f'{number} images asked for', '35 hold')
        fails(lambda n=number: voco.prepare(devkit, coco, tmp_path / 'd', n), *words)
    assert not list(tmp_path.glob('d*'))


def test_voco_splits_share_no_image(devkit, coco, tmp_path):
    voco.prepare(devkit, coco, tmp_path / 'out')
    train, val = (set(load(tmp_path / 'out', s)[0].values()) for s in ('train', 'val'))
    assert train and val and not train & val


def test_voco_second_run_changes_nothing(devkit, coco, tmp_path):
    root = tmp_path / 'out'
    first = voco.prepare(devkit, coco, root)
    before = tree(root)
    shutil.rmtree(devkit)
    assert voco.prepare(devkit, coco, root) == first.replace('made', 'already there')
    assert tree(root) == before


def test_voco_help_has_an_example(capsys):
    with pytest.raises(SystemExit) as end:
        voco.main(['--help'])
    assert end.value.code == 0
    assert 'example:\n  python tools/prepare/voco.py' in capsys.readouterr().out
