"""Any YOLO of Ultralytics that finds boxes gets its night view; other models end with a sentence."""

import pytest
import torch

from wiid_plugins.yolo.model import PairedDetectionModel

WIID = dict(darken=dict(), aux=dict(byol=dict(weight=0.1), hidden=8, out=8))


@pytest.mark.parametrize('name', ['yolov8n', 'yolo26n', 'yolov10n'])
def test_the_loss_of_the_night_comes_to_that_of_the_day(name):
    torch.manual_seed(0)
    model = PairedDetectionModel(f'{name}.yaml', nc=2, verbose=False, wiid=WIID).train()
    model.args = type('Args', (), dict(box=7.5, cls=0.5, dfl=1.5, epochs=1, overlap_mask=True))()
    day = torch.rand(2, 3, 64, 64)
    batch = dict(
        img=day,
        night=day / 4,
        cls=torch.tensor([[0.0], [1.0]]),
        bboxes=torch.tensor([[0.5, 0.5, 0.5, 0.5]] * 2),
        batch_idx=torch.tensor([0.0, 1.0]),
        slow=[torch.rand(4, 8) for _ in model.tap],
    )
    loss, items = model.loss(batch)
    assert {'night_loss', 'byol_loss'} <= set(items)
    assert torch.isfinite(loss).all()
    assert items['night_loss'] > 0
    loss.sum().backward()


@pytest.mark.parametrize('name, head', [('rtdetr-l', 'RTDETRDecoder'), ('yolo11n-seg', 'Segment')])
def test_what_ultralytics_trains_in_another_way_is_refused(name, head):
    with pytest.raises(ValueError, match=f'{name}.yaml: ends in {head}, .* take a YOLO'):
        PairedDetectionModel(f'{name}.yaml', nc=2, verbose=False, wiid=WIID)
