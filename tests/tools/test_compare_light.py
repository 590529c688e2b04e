"""tools/compare_light.py tells darkened from dark."""

import cv2
import numpy as np
import pytest
import torch
from mmengine.registry import init_default_scope
from mmpretrain.structures import DataSample

from act_toy import write_clips
from tools import compare_light
from wiid_plugins.compose import read_config
from wiid_plugins.registry import MODELS
from wiid_plugins.transforms import Enhance

CONFIG = 'configs/demo/resnet18_wiid_demo.py'
CLIPS = 'configs/act/i3d-r18_wiid-smoke_1xb4-1e_clips.py'


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
        f'train_dataloader.dataset.data_prefix={tmp_path}/train',
        f'wiid.dark={tmp_path}/dark',
    ]


def middle(row):
    return [float(cell.split()[0]) for cell in row.split('|')[2:5]]


def test_the_table_shows_the_tint_and_a_darkening_that_has_it(blue_dark, capsys):
    found = []
    for options in ([], ['wiid.darken.blue=(2.5,2.6)']):
        assert compare_light.main([CONFIG, '--cfg-options', *blue_dark, *options]) == 0
        rows = capsys.readouterr().out.splitlines()
        assert [r.split('|')[-2].strip() for r in rows[2:]][:2] == ['red', 'blue']
        found.append(middle(next(r for r in rows if r.startswith('| blue'))))
    day, night, dark = found[0]
    assert day == pytest.approx(1, abs=0.01) and dark > 1.5
    assert abs(night - 1) < 0.3 and found[1][1] > 1.5


def test_a_day_trained_model_tells_how_sure_it_is_at_each_brightness(blue_dark, tmp_path, capsys):
    picture = np.zeros((48, 48, 3), np.uint8)
    picture[:] = (9, 20, 14)  # however it is cropped and flipped, it is the same
    for old in (tmp_path / 'dark').iterdir():
        cv2.imwrite(str(old), picture)
    config = read_config(CONFIG)
    init_default_scope('mmpretrain')
    norm = config.model.data_preprocessor.preprocessor
    stock = MODELS.build({**config.model.classifier, 'data_preprocessor': norm})
    torch.nn.init.normal_(stock.eval().head.fc.weight)
    torch.save({'state_dict': stock.state_dict()}, tmp_path / 'plain.pth')
    options = ['--cfg-options', *blue_dark]
    compare_light.main([CONFIG, '--checkpoint', str(tmp_path / 'plain.pth'), *options])
    rows = [row.split('|')[1:3] for row in capsys.readouterr().out.splitlines()]
    shown = {name.strip(): sure.strip() for name, sure in rows[-8:]}
    for target in (0.2, 0.5):  # as a test's pipeline and the stock model see the picture
        lit = Enhance(target=target).transform({'img': picture})['img']
        inputs = torch.from_numpy(lit).permute(2, 0, 1)
        (sample,) = stock.test_step({'inputs': [inputs], 'data_samples': [DataSample()]})
        assert float(shown[str(target)]) == pytest.approx(sample.pred_score.max().item(), abs=0.01)


def test_a_checkpoint_that_does_not_fit_is_named(blue_dark, tmp_path):
    torch.save({'state_dict': {'backbone.conv1.weight': torch.zeros(1)}}, tmp_path / 'other.pth')
    (tmp_path / 'text.pth').write_text('no checkpoint')
    for file, message in (('other', 'does not fit'), ('text', 'refused'), ('none', 'no such')):
        with pytest.raises(SystemExit, match=f'{file}.pth: .*{message}'):
            file = str(tmp_path / f'{file}.pth')
            compare_light.main([CONFIG, '--checkpoint', file, '--cfg-options', *blue_dark])


def test_what_cannot_be_compared_is_named(blue_dark):
    for config, message in (
        ('configs/demo/resnet18_plain_demo.py', 'trains on single views'),
        ('configs/act/i3d-r50_plain_1xb8-30e_normal2arid.py', 'trains on single views'),
        ('configs/none.py', 'No such file.*configs/none.py'),
    ):
        with pytest.raises(SystemExit, match=message):
            compare_light.main([config])
    with pytest.raises(SystemExit, match='has no night pictures'):
        off = 'wiid.darken=None'
        compare_light.main([CONFIG, '--cfg-options', *blue_dark, off])


def test_of_a_clip_the_frame_in_its_middle_is_measured(tmp_path, capsys):
    write_clips(tmp_path)
    options = [
        f'train_dataloader.dataset.ann_file={tmp_path}/train.txt',
        f'train_dataloader.dataset.data_prefix.video={tmp_path}',
        f'wiid.dark={tmp_path}/dark.txt',
    ]
    noisy = 'wiid.darken.shot_noise=(0.01,0.012)'
    assert compare_light.main([CLIPS, '--count', '4', '--cfg-options', *options, noisy]) == 0
    day, night, _ = middle(capsys.readouterr().out.splitlines()[-1])
    assert night > 2 * day
