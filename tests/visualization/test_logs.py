"""What a training logs to TensorBoard: losses, learning rate, scores by domain, a sheet of pairs."""

import io

import numpy as np
import pytest
import torch
from mmengine.config import Config
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from toy import Pictures, build_paired, make_runner
from wiid_plugins.compose import backends
from wiid_plugins.engine import PairedRunner
from wiid_plugins.visualization import PairsHook


class WithDomain(Pictures):
    """Labelled pictures by turns of the day and of the night, dark ones beside them."""

    def __getitem__(self, index):
        sample = super().__getitem__(index)
        sample['data_samples'].set_metainfo(dict(domain=('day', 'night')[index % 2]))
        return sample | dict(dark=sample['inputs'] // 8)


def train(folder, hooks=()):
    kinds = [dict(type='LocalVisBackend'), dict(type='TensorboardVisBackend')]
    views = dict(darken=dict(), enhance=dict(), regions=dict(blocks=0.6))
    runner = make_runner(
        folder,
        build_paired(views=views),
        data=WithDomain(8),
        hooks=hooks,
        val_dataloader=dict(
            dataset=WithDomain(4), sampler=dict(type='DefaultSampler', shuffle=False)
        ),
        val_evaluator=dict(type='wiid_plugins.DayNightMetric'),
        val_cfg=dict(),
        default_hooks=dict(logger=dict(type='LoggerHook', interval=1)),
        visualizer=dict(type='Visualizer', vis_backends=kinds),
    )
    runner.train()
    found = EventAccumulator(str(next(folder.glob('*/vis_data')))).Reload()
    return runner, found


def test_the_event_file_holds_what_the_log_holds(tmp_path):
    runner, found = train(tmp_path)
    logged = runner.message_hub.log_scalars
    for name in ('loss', 'day.loss', 'night.loss', 'loss_byol', 'loss_mmd'):
        values = logged[f'train/{name}'].data[0]
        events = [e.value for e in found.Scalars(name)]
        assert len(events) == 2 and values.std() > 0
        # the second is the mean over the window of the log
        np.testing.assert_allclose(events, [values[0], values.mean()], rtol=1e-5)
    assert found.Scalars('lr')[0].value == pytest.approx(0.05)
    for name in ('day/top1', 'night/top1', 'day/class_mean'):
        assert found.Scalars(name)[0].value == pytest.approx(logged[f'val/{name}'].current())


def test_the_sheet_of_pairs_shows_the_first_batch_and_takes_no_draw(tmp_path):
    runner, found = train(tmp_path / 'with', [PairsHook(pictures=3)])
    (event,) = found.Images('pairs')
    picture = np.array(Image.open(io.BytesIO(event.encoded_image_string)))
    assert picture.shape == (24 + 3 * 164 + 4, 6 * 164 + 4, 3)
    first = [picture[28 + r * 164 : 188 + r * 164, 4:164][::5, ::5] for r in range(3)]
    known = [p.permute(1, 2, 0).numpy()[..., ::-1] for p in WithDomain(8).pictures]
    for cell in first:  # day pictures are the loader's, BGR
        assert min(np.abs(cell.astype(int) - k).max() for k in known) <= 1
    plain, _ = train(tmp_path / 'without')
    assert torch.equal(
        torch.nn.utils.parameters_to_vector(runner.model.parameters()),
        torch.nn.utils.parameters_to_vector(plain.model.parameters()),
    )


@pytest.mark.parametrize(('kind', 'package'), backends.PACKAGES.items())
def test_a_missing_package_is_named_with_the_command(monkeypatch, kind, package):
    cfg = Config(
        dict(visualizer=dict(vis_backends=[dict(type='LocalVisBackend'), dict(type=kind)]))
    )
    there = {package}
    monkeypatch.setattr(backends, 'find_spec', lambda name: name if name in there else None)
    assert backends.packages_of(cfg) == [package]
    there.clear()
    with pytest.raises(ModuleNotFoundError, match=f'{kind}.*pip install {package}'):
        PairedRunner.from_cfg(cfg)
    assert backends.packages_of(Config(dict(visualizer=None))) == []
