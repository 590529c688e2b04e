"""COCO annotations whose categories are not the classes end with a sentence, not in silence."""

import json

import pytest

from wiid_plugins.registry import DATASETS


def open_set(folder, classes, categories=('car', 'sign')):
    images = [dict(id=1, file_name='a.jpg', width=40, height=30)]
    boxes = [dict(id=1, image_id=1, category_id=2, bbox=[1, 2, 9, 9], area=81, iscrowd=0)]
    names = [dict(id=i, name=name) for i, name in enumerate(categories, 1)]
    file = folder / 'night.json'
    file.write_text(json.dumps(dict(images=images, annotations=boxes, categories=names)))
    return DATASETS.build(
        dict(
            type='wiid_plugins.CheckedCoco',
            ann_file=str(file),
            data_prefix=dict(img=str(folder)),
            metainfo=dict(classes=classes),
            pipeline=[],
        )
    )


@pytest.mark.parametrize('classes, label', [(('car', 'sign'), 1), (('sign',), 0)])
def test_classes_that_fit_are_read_as_mmdet_reads_them(tmp_path, classes, label):
    data = open_set(tmp_path, classes)
    assert data.get_data_info(0)['instances'][0]['bbox_label'] == label


@pytest.mark.parametrize(
    'classes, words',
    [
        (('lorry',), "no category 'lorry'; it has 'car', 'sign'"),
        (('car', 'Sign'), "no category 'Sign'; it has 'car', 'sign'"),
        (('sign', 'car'), r"another order.*classes=\('car', 'sign'\)"),
        (('sign'), r"the text 'sign'; a tuple of one needs a comma: \('sign',\)"),
        (('car', 'sign', 'tree'), "no category 'tree'"),
    ],
)
def test_classes_that_do_not_fit_are_named_with_the_file(tmp_path, classes, words):
    with pytest.raises(ValueError, match=f'night.json: .*{words}'):
        open_set(tmp_path, classes)
