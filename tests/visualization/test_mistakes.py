"""A test ends in confusion matrices and sheets of the worst mistakes, by domain."""

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
import torch.distributed as dist
from mmengine.evaluator import BaseMetric
from mmpretrain.structures import DataSample
from torch import nn
from torch.utils.data import Dataset

from toy import make_runner
from wiid_plugins.visualization import ClassMistakes, ClipMistakes
from wiid_plugins.visualization.confusion import draw_confusion
from wiid_plugins.visualization.worst import Mistake, Worst, small

NAMES = ('a', 'ß', '犬')
SAMPLES = 11  # of two processes one sees a sample twice
TRUTH = [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1]
FOUND = [0, 2, 2, 0, 2, 1, 1, 1, 2, 0, 2]
SCORES = [0.9, 0.5, 0.9, 0.9, 0.8, 0.6, 0.95, 0.9, 0.9, 0.9, 0.7]
DOMAINS = ['day'] * 5 + ['night'] * 6


class Scored(Dataset):
    """Pictures whose level is their number."""

    metainfo = dict(classes=NAMES)

    def __len__(self):
        return SAMPLES

    def __getitem__(self, index):
        meta = dict(domain=DOMAINS[index], img_path=f'pictures/{index}.png', index=index)
        sample = DataSample(metainfo=meta).set_gt_label(TRUTH[index])
        return dict(
            inputs=torch.full((3, 8, 8), index * 20, dtype=torch.uint8), data_samples=sample
        )


class Told(nn.Module):
    """Says what stands above."""

    def test_step(self, data):
        for sample in data['data_samples']:
            scores = torch.full((3,), (1 - SCORES[sample.index]) / 2)
            scores[FOUND[sample.index]] = SCORES[sample.index]
            sample.set_pred_score(scores)
        return data['data_samples']


class Number(BaseMetric):
    def process(self, data_batch, data_samples):
        self.results += data_samples

    def compute_metrics(self, results):
        return dict(number=len(results))


def test_told(folder, hook=None):
    """Run a test; give its metrics and the folder of pictures."""
    loader = dict(
        dataset=Scored(), batch_size=2, sampler=dict(type='DefaultSampler', shuffle=False)
    )
    runner = make_runner(
        folder,
        Told(),
        hooks=[hook or ClassMistakes(worst=2)],
        test_dataloader=loader,
        test_evaluator=dict(type=Number),
        test_cfg=dict(),
    )
    return runner.test(), Path(runner.log_dir, 'pictures')


test_told.__test__ = False


def table(file):
    with file.open(encoding='utf-8', newline='') as stream:
        return list(csv.reader(stream))


def check(folder):
    """Compare the tables with counts made one by one."""
    for domain in ('day', 'night'):
        rows = table(folder / f'confusion_{domain}.csv')
        assert rows[0] == ['truth', *NAMES] and [row[0] for row in rows[1:]] == list(NAMES)
        for truth in range(3):
            for found in range(3):
                places = [i for i in range(SAMPLES) if DOMAINS[i] == domain]
                expected = sum(TRUTH[i] == truth and FOUND[i] == found for i in places)
                assert int(rows[1 + truth][1 + found]) == expected
    names = {f'{kind}_{d}.png' for kind in ('confusion', 'worst') for d in ('day', 'night')}
    assert {p.name for p in folder.glob('*.png')} == names


def test_tables_are_those_counted_by_hand_and_all_pictures_are_there(tmp_path):
    hook = ClassMistakes(worst=2)
    metrics, folder = test_told(tmp_path, hook)
    check(folder)
    assert metrics == {'number': SAMPLES}
    # of the wrong ones by night, 5 (0.6), 6 (0.95) and 10 (0.7), the two with the highest score
    worst = hook.worst['night'].mistakes()
    assert [int(m.picture[0, 0, 0]) for m in worst] == [120, 200]
    assert [line for line, _ in worst[0].lines] == ['is a', 'found ß, 0.95', '6.png']
    for file in folder.glob('*.png'):
        assert cv2.imread(str(file)).std() > 5


def work(rank, folder):
    torch.set_num_threads(1)
    dist.init_process_group('gloo', init_method=f'file://{folder}/meeting', rank=rank, world_size=2)
    metrics, _ = test_told(f'{folder}/{rank}')
    torch.save(metrics, f'{folder}/{rank}.pth')
    dist.destroy_process_group()


def test_two_processes_write_once_and_what_one_would(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.multiprocessing.start_processes(work, (str(tmp_path),), 2, start_method='fork')
    folders = list(tmp_path.glob('*/*/pictures'))
    assert len(folders) == 1 and folders[0].is_relative_to(tmp_path / '0')
    check(folders[0])
    _, alone = test_told(tmp_path / 'alone')
    for file in alone.iterdir():
        assert file.read_bytes() == (folders[0] / file.name).read_bytes()
    assert [torch.load(tmp_path / f'{r}.pth')['number'] for r in range(2)] == [SAMPLES] * 2


def test_no_more_than_the_worst_are_kept_or_made():
    ranks = np.random.default_rng(0).integers(0, 50, 300).tolist()
    parts, made = [Worst(7), Worst(7)], []
    for place, rank in enumerate(ranks):
        part = parts[place % 2]
        part.add((rank,), place, lambda place=place: made.append(place) or place)
        assert len(part.heap) <= 7
    parts[0].merge(parts[1])
    assert parts[0].mistakes() == sorted(range(300), key=lambda p: (-ranks[p], p))[:7]
    assert len(made) < 100
    none = Worst(0)
    none.add((1,), 0, lambda: pytest.fail('made'))
    assert none.mistakes() == []


@pytest.mark.parametrize('shape', [(2, 3, 9, 6, 8), (9, 3, 6, 8)])
def test_a_clip_is_shown_by_frames_from_all_over_it(shape):
    levels = torch.arange(9, dtype=torch.uint8)
    levels = levels[:, None, None] if len(shape) == 5 else levels[:, None, None, None]
    picture = ClipMistakes().picture(levels.expand(shape))
    assert picture.shape == (6, 4 * 8, 3)
    assert picture[0, ::8, 0].tolist() == [0, 3, 5, 8]


def test_a_kept_picture_is_small_and_no_view_of_its_batch():
    batch = np.zeros((2, 600, 900, 3), np.uint8)
    assert small(batch[0]).shape == (213, 320, 3)
    assert not np.shares_memory(small(batch[0, :9, :9]), batch)
    assert isinstance(Mistake(batch[0], []).boxes, tuple)


@pytest.mark.parametrize(('classes', 'names', 'numbers'), [(3, 3, 3), (30, 30, 0), (450, 0, 0)])
def test_names_and_numbers_stand_where_there_is_room(classes, names, numbers):
    matrix = np.diag(np.full(classes, 4))
    labels = [f'class {i}' for i in range(classes)]
    (axes,) = draw_confusion(matrix, labels, labels, 'night').axes
    written = [label.get_text() for label in axes.get_yticklabels()]
    assert sum(text.startswith('class') for text in written) == names
    assert [text.get_text() for text in axes.texts] == ['100'] * numbers
    np.testing.assert_array_equal(axes.images[0].get_array(), 100 * np.eye(classes))
