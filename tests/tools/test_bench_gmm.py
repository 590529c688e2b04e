import json

import pytest

from tools import benchmark
from tools.benchmarks.gmm import made_up


def test_it_times_both_on_the_same_clips(tmp_path, capsys):
    command = ['gmm', '--size', '16', '24', '--batch', '2', '--frames', '4', '--rounds', '2']
    assert benchmark.main([*command, '--json', str(tmp_path / 'gmm.json')]) == 0
    results = json.loads((tmp_path / 'gmm.json').read_text())['results']
    assert [r['size'] for r in results] == [16, 24]
    assert all(r['seconds_to_mog2']['min'] > 0 for r in results)
    assert '| 2 of 4 x 24 x 24 |' in capsys.readouterr().out


def test_something_moves_in_the_made_up_clips():
    clips = made_up(2, 4, 30).astype(int)
    moved = abs(clips[:, 0] - clips[:, -1]).mean((1, 2, 3))
    assert clips.shape == (2, 4, 30, 30, 3) and (moved > 4).all()


def test_a_missing_gpu_is_named(monkeypatch):
    monkeypatch.setattr('torch.cuda.is_available', lambda: False)
    with pytest.raises(SystemExit, match='torch sees no GPU'):
        benchmark.main(['gmm', '--device', 'cuda'])
