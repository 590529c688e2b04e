import cv2
import numpy as np
import pytest

from tools import browse_pairs


@pytest.fixture
def day_and_dark(tmp_path):
    """Two classes of four pictures each, and four dark ones."""
    draw = np.random.default_rng(0)
    for folder in ('train/a', 'train/b', 'dark'):
        (tmp_path / folder).mkdir(parents=True)
        for index in range(4):
            picture = draw.integers(0, 256, (40, 40, 3), np.uint8)
            cv2.imwrite(str(tmp_path / folder / f'{index}.png'), picture)
    return tmp_path


def options(root):
    return [
        f'train_dataloader.dataset.data_prefix={root}/train',
        f'wiid.dark={root}/dark',
    ]


def test_sheet_has_a_row_per_sample_and_a_column_per_view(day_and_dark, tmp_path):
    out = tmp_path / 'new' / 'pairs.png'
    config = 'configs/demo/resnet18_wiid_demo.py'
    arguments = [config, '--out', str(out), '--count', '3', '--cfg-options', *options(day_and_dark)]
    assert browse_pairs.main(arguments) == 0
    height, width, _ = cv2.imread(str(out)).shape
    cell = 48 * 3 + 4
    assert (height - 24 - 4, width - 4) == (3 * cell, 6 * cell)


def test_a_config_without_pairs_is_named():
    with pytest.raises(SystemExit, match='resnet18_plain_demo.py: trains on single views'):
        browse_pairs.main(['configs/demo/resnet18_plain_demo.py'])


def test_a_missing_folder_is_named(tmp_path):
    arguments = ['configs/demo/resnet18_wiid_demo.py', '--cfg-options', *options(tmp_path / 'no')]
    with pytest.raises(SystemExit, match='no/train: there is no such folder'):
        browse_pairs.main(arguments)
