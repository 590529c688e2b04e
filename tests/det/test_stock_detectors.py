"""mmdet's detectors learn and find on mmcv's stand-ins, and on a GPU where there is one."""

import pytest
import torch

from det_toy import batch_of, build_stock

no_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason='needs a GPU')


@pytest.mark.parametrize('device', ['cpu', pytest.param('cuda', marks=no_gpu)])
@pytest.mark.parametrize('name', ['retinanet', 'faster_rcnn', 'deformable_detr'])
def test_a_stock_detector_learns_and_finds(name, device):
    model = build_stock(name).to(device).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    losses = []
    for _ in range(20):
        data = model.data_preprocessor(batch_of(), training=True)
        loss, _ = model.parse_losses(model(**data, mode='loss'))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert sum(losses[-5:]) < sum(losses[:5])
    found = model.eval().test_step(batch_of())
    assert all(len(sample.pred_instances) for sample in found)
