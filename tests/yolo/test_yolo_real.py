"""On real street photos: train, test with pictures, export."""

import json
import shutil

from ultralytics import YOLO

from tools import export_plain
from wiid_plugins.yolo import test, train
from yolo_toy import QUICK, WIID


def test_yolo11n_trains_on_day_photos_and_is_tested_on_dark_ones(real_data, tmp_path):
    for light in ('day', 'night'):
        source = real_data / 'detection' / 'msrs_mini' / light
        shutil.copytree(source / 'images', tmp_path / 'images' / light)
        shutil.copytree(source / 'labels_visible', tmp_path / 'labels' / light)
    settings = dict(
        default_scope='ultralytics',
        model='yolo11n.yaml',
        data=dict(
            path=str(tmp_path),
            train='images/day',
            val='images/day',
            names=['person', 'bicycle', 'car'],
        ),
        wiid=dict(WIID, dark=str(real_data / 'photos_dark'), night='images/night'),
        train={k: v for k, v in QUICK.items() if k not in ('device', 'amp')} | dict(imgsz=96),
    )
    config = tmp_path / 'tiny.py'
    config.write_text('\n'.join(f'{k} = {v!r}' for k, v in settings.items()))
    options = ['--work-dir', str(tmp_path / 'work'), '--device', 'cpu']
    train.main([str(config), *options])
    last = tmp_path / 'work' / 'train' / 'weights' / 'last.pt'
    test.main([str(config), str(last), *options])
    report = json.loads((tmp_path / 'work' / 'test' / 'results.json').read_text())
    assert set(report['results']['night_enhanced']) == {test.OVERALL, 'person', 'bicycle', 'car'}
    assert (tmp_path / 'work' / 'test' / 'night_enhanced' / 'val_batch0_pred.jpg').is_file()
    assert export_plain.main([str(last), str(tmp_path / 'plain.pt')]) == 0
    photo = next((tmp_path / 'images' / 'night').iterdir())
    (found,) = YOLO(tmp_path / 'plain.pt').predict(photo, imgsz=96, device='cpu', verbose=False)
    assert found.names == {0: 'person', 1: 'bicycle', 2: 'car'}
