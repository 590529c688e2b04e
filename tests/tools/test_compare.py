import json

import pytest

from tools import compare


def test_table_shows_mean_and_sample_standard_deviation():
    results = {
        'configs/a.py': [{'day/class_mean': v, 'night/class_mean': v / 2} for v in (80, 82, 84)],
        'configs/b.py': [{'day/class_mean': 90.04, 'night/class_mean': 50}],
    }
    lines = compare.table(list(results), results).splitlines()
    assert lines[0] == '| config | seeds | day | night |'
    assert lines[2] == '| a | 3 | 82.0 ± 2.0 | 41.0 ± 1.0 |'
    assert lines[3] == '| b | 1 | 90.0 | 50.0 |'


def test_the_last_validation_counts_not_the_best(tmp_path):
    for day, scores in (('20260101', (70, 90)), ('20260102', (60,))):
        folder = tmp_path / day / 'vis_data'
        folder.mkdir(parents=True)
        lines = [json.dumps({'loss': 1.0})]
        lines += [json.dumps({'night/class_mean': s, 'night/top1': 0}) for s in scores]
        (folder / 'scalars.json').write_text('\n'.join(lines))
    assert compare.last_validation(tmp_path) == {'night/class_mean': 60}


def test_a_failed_training_is_reported_with_its_log(tmp_path):
    config = tmp_path / 'broken.py'
    config.write_text("default_scope = 'nobody'")
    with pytest.raises(SystemExit, match=r'broken.py, seed 0: training failed.*train\.log'):
        compare.main([str(config), '--seeds', '0', '--work-dir', str(tmp_path / 'work')])


def test_a_finished_run_is_not_repeated(tmp_path, capsys):
    config = tmp_path / 'broken.py'
    config.write_text("default_scope = 'nobody'")
    done = tmp_path / 'work' / 'broken' / 'seed0'
    done.mkdir(parents=True)
    (done / 'result.json').write_text('{"day/class_mean": 12.34}')
    compare.main([str(config), '--seeds', '0', '--work-dir', str(tmp_path / 'work')])
    assert '| broken | 1 | 12.3 |' in capsys.readouterr().out
