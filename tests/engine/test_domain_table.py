"""The table says what mmdet's metric said, in the right cell."""

from wiid_plugins.engine.domain_table import table

FOUND = {
    'day/coco/bbox_mAP': 0.7123,
    'day/coco/bbox_mAP_50': 0.99,
    'day/coco/bbox_mAP_75': 0.5,
    'day/coco/stop sign_precision': 0.25,
    'day/coco/car_precision': -1.0,
    'night_enhanced/coco/bbox_mAP': 0.5,
    'night_enhanced/coco/bbox_mAP_50': 0.75,
    'night_enhanced/coco/stop sign_precision': 0.125,
    'night_enhanced/coco/car_precision': float('nan'),
}


def test_domains_stand_across_and_classes_down_in_percent():
    head, *rows = (line.split('  ') for line in table(FOUND).splitlines())
    cells = [[cell.strip() for cell in row if cell.strip()] for row in (head, *rows)]
    assert cells == [
        ['day', 'night_enhanced'],
        ['all classes, mAP50', '99.0', '75.0'],
        ['all classes, mAP50-95', '71.2', '50.0'],
        ['stop sign, mAP50-95', '25.0', '12.5'],
        ['car, mAP50-95', '-', '-'],
    ]


def test_a_detector_that_finds_nothing_is_told_so():
    assert 'found nothing in any set' in table({})
