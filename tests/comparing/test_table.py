import json

import pytest

from wiid_plugins.comparing.table import scores, table


def test_table_shows_mean_and_sample_standard_deviation():
    results = {
        'configs/a.py': [{'day class mean': v, 'night class mean': v / 2} for v in (80, 82, 84)],
        'configs/b.py': [{'day class mean': 90.04, 'night class mean': 50}],
    }
    lines = table(list(results), results).splitlines()
    assert lines[0] == '| config | seeds | day class mean | night class mean |'
    assert lines[2] == '| a | 3 | 82.0 ± 2.0 | 41.0 ± 1.0 |'
    assert lines[3] == '| b | 1 | 90.0 | 50.0 |'


def test_no_mean_is_taken_over_fewer_seeds_than_the_row_says():
    results = {'a.py': [{'day mAP50': 3, 'night mAP50': 1}, {'day mAP50': 5}]}
    assert table(list(results), results).endswith('| a | 2 | 4.0 ± 1.4 | - |')


def test_a_config_of_another_toolbox_has_columns_of_its_own():
    results = {'a.py': [{'night class mean': 50}], 'b.py': [{'night mAP50': 30}]}
    assert table(list(results), results).splitlines() == [
        '| config | seeds | night class mean | night mAP50 |',
        '|---|---|---|---|',
        '| a | 1 | 50.0 | - |',
        '| b | 1 | - | 30.0 |',
    ]


@pytest.mark.parametrize(
    ('name', 'written', 'read'),
    [
        ('1/1.json', {'day/top1': 70, 'day/class_mean': 60.5, 'time': 1}, {'day class mean': 60.5}),
        (
            '1/1.json',
            {'night_enhanced/coco/bbox_mAP_50': 0.5, 'night/coco/cat_precision': 0.1},
            {'night enhanced mAP50': 50},
        ),
        (
            'results.json',
            {'results': {'night': {'all classes': {'mAP50': 8.0, 'mAP50-95': 4.0}, 'cat': {}}}},
            {'night mAP50': 8, 'night mAP50-95': 4},
        ),
    ],
)
def test_scores_of_every_toolbox_are_read(tmp_path, name, written, read):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(json.dumps(written))
    assert scores(tmp_path) == read
