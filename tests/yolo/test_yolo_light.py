"""Pictures that are not trained on with labels: the dark stream, and enhanced test pictures."""

import threading
from importlib.util import find_spec

import cv2
import numpy as np
import pytest
import torch

from light_files import write_dng, write_png
from wiid_plugins.translation import build_enhancer
from wiid_plugins.yolo.dark import DarkPictures, dark_batches
from wiid_plugins.yolo.enhanced import EnhancedValidator
from yolo_toy import NAMES, QUICK, write_set, write_yaml


@pytest.fixture
def folder(tmp_path):
    for index, height in enumerate((40, 64, 90)):
        picture = np.full((height, 60, 3), (index, 20, 50), np.uint8)  # BGR
        (tmp_path / str(index)).mkdir()
        cv2.imwrite(str(tmp_path / str(index) / 'a.png'), picture)
    (tmp_path / 'readme.txt').write_text('no picture')
    return tmp_path


def test_dark_pictures_are_square_rgb_crops_of_every_picture_below(folder):
    pictures = DarkPictures(str(folder), 32)
    assert len(pictures) == 3
    for index in range(3):
        assert pictures[index].shape == (3, 32, 32) and pictures[index].dtype == torch.uint8
        assert pictures[index].flatten(1).float().mean(1).tolist() == [50, 20, index]


def test_dark_pictures_of_16_bits_and_raw_come_with_their_light(tmp_path):
    write_png(tmp_path / 'a.png', np.full((40, 60), 30 * 257, np.uint16))
    wanted = [30]
    if find_spec('rawpy'):
        write_dng(tmp_path / 'b.dng', np.full((40, 60), 851, np.uint16))  # sRGB 30
        wanted.append(30)
    pictures = DarkPictures(str(tmp_path), 32)
    assert [round(float(p.float().mean())) for p in pictures] == wanted


def test_batches_never_end_and_show_every_picture(folder):
    batches = dark_batches(str(folder), 32, batch=2, workers=0, rank=-1, device=torch.device('cpu'))
    seen = [next(batches) for _ in range(8)]
    assert all(b.shape == (2, 3, 32, 32) for b in seen)
    assert {int(picture[2, 0, 0]) for b in seen for picture in b} == {0, 1, 2}


def test_a_damaged_picture_is_named(folder):
    (folder / 'bad.png').write_bytes(b'no picture')
    with pytest.raises(ValueError, match='bad.png: not readable'):
        DarkPictures(str(folder), 32)[3]


def first_batch(root, method):
    """A validator on the night pictures of a set, and the first batch that it sees."""
    options = QUICK | dict(data=str(write_yaml(root)), split='val', model='none')
    validator = EnhancedValidator(method, save_dir=root, args=options)
    validator.device, validator.stride = torch.device('cpu'), 32
    night = str(root / 'images' / 'night')
    validator.data = {'channels': 3, 'names': dict(enumerate(NAMES)), 'val': night}
    return validator, validator.preprocess(next(iter(validator.get_dataloader(night, 4))))


def test_drawing_the_truth_leaves_the_pictures_to_predict_on_alone(tmp_path):
    write_set(tmp_path, size=(40, 64))
    validator, batch = first_batch(tmp_path, None)
    before = batch['img'].clone()
    validator.names, others = validator.data['names'], set(threading.enumerate())
    validator.plot_val_samples(batch, 0)
    for thread in set(threading.enumerate()) - others:
        thread.join(timeout=20)
    assert (tmp_path / 'val_batch0_labels.jpg').is_file()
    assert torch.equal(batch['img'], before)


def test_enhancement_at_test_time_leaves_the_grey_borders_alone(tmp_path):
    write_set(tmp_path, size=(40, 64))
    before, after = (first_batch(tmp_path, m)[1]['img'] for m in (None, build_enhancer()))
    assert before.shape == after.shape and before.shape[2] > 40
    border = (before.shape[2] - 40) // 2
    for rows in (slice(0, border), slice(border + 40, None)):
        assert torch.equal(before[:, :, rows], after[:, :, rows])
    inner = after[:, :, border : border + 40]
    alone = build_enhancer()(before[:, :, border : border + 40])
    torch.testing.assert_close(inner, alone)
    assert inner.mean() > 2 * before[:, :, border : border + 40].mean()
