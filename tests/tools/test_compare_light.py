"""tools/compare_light.py tells darkened from dark."""

import cv2
import numpy as np
import pytest

from tools import compare_light

CONFIG = 'configs/demo/resnet18_wiid_demo.py'


@pytest.fixture
def blue_dark(tmp_path):
    """Grey training pictures, and dark ones that are blue."""
    random = np.random.default_rng(0)
    for folder, gain in (('train/a', (1, 1, 1)), ('train/b', (1, 1, 1)), ('dark', (0.2, 0.1, 0.1))):
        (tmp_path / folder).mkdir(parents=True)
        for index in range(4):
            gray = cv2.resize(random.integers(40, 256, (6, 6), np.uint8), (48, 48))
            picture = (gray[..., None] * np.array(gain)).astype(np.uint8)
            cv2.imwrite(str(tmp_path / folder / f'{index}.png'), picture)
    return [
        f'train_dataloader.dataset.dataset.data_prefix={tmp_path}/train',
        f'train_dataloader.dataset.dark.data_prefix={tmp_path}/dark',
    ]


def middle(row):
    return [float(cell.split()[0]) for cell in row.split('|')[2:5]]


def test_the_table_shows_the_tint_and_a_darkening_that_has_it(blue_dark, capsys):
    found = []
    for options in ([], ['model.data_preprocessor.darken.blue=(2.5,2.6)']):
        assert compare_light.main([CONFIG, '--cfg-options', *blue_dark, *options]) == 0
        rows = capsys.readouterr().out.splitlines()
        assert [r.split('|')[-2].strip() for r in rows[2:]][:2] == ['red', 'blue']
        found.append(middle(next(r for r in rows if r.startswith('| blue'))))
    day, night, dark = found[0]
    assert day == pytest.approx(1, abs=0.01) and dark > 1.5
    assert abs(night - 1) < 0.3 and found[1][1] > 1.5


def test_what_cannot_be_compared_is_named(blue_dark):
    for config, message in (
        ('configs/demo/resnet18_plain_demo.py', 'trains on single views'),
        ('configs/act/i3d-r18_wiid-smoke_1xb4-1e_clips.py', 'trains on clips'),
        (
            'configs/yolo/yolov5n_wiid-smoke_1xb4-1e_gtsrb-scenes.py',
            'is of Ultralytics',
        ),
        ('configs/none.py', 'No such file.*configs/none.py'),
    ):
        with pytest.raises(SystemExit, match=message):
            compare_light.main([config])
    with pytest.raises(SystemExit, match='has no night pictures'):
        off = 'model.data_preprocessor.darken=None'
        compare_light.main([CONFIG, '--cfg-options', *blue_dark, off])
