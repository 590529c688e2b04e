import json

import pytest
import torch

from tools import benchmark
from wiid_plugins.translation.cut_generator import Generator

SMALL = ['--size', '16', '--images', '3', '--rounds', '2']


@pytest.mark.parametrize(
    ('job', 'method'),
    [('enhance', 'zero-dce'), ('enhance', 'procedural'), ('darken', 'procedural')],
)
def test_tool_and_network_are_compared_for_each_batch(tmp_path, capsys, job, method):
    file = tmp_path / 'light.json'
    args = [job, '--method', method, '--batch', '1', '2', '--json', str(file)]
    assert benchmark.main([*args, *SMALL]) == 0
    out = capsys.readouterr().out
    assert f'{method}, 16 px, 3 pictures' in out and '| 2 |' in out
    found = json.loads(file.read_text())
    assert 'config' not in found
    assert [r['batch'] for r in found['results']] == [1, 2]
    for result in found['results']:
        share, rates = result['tool_to_network'], result['images_per_s']
        assert rates['tool']['min'] > 0
        bounds = [
            rates['tool'][a] / rates['network'][b] for a, b in (('min', 'max'), ('max', 'min'))
        ]
        assert bounds[0] <= share['median'] * 1.001 and share['median'] <= bounds[1] * 1.001


def test_given_weights_are_used(tmp_path, capsys):
    torch.save(Generator(ngf=4, blocks=1).state_dict(), tmp_path / 'cut.pth')
    args = ['darken', '--weights', str(tmp_path / 'cut.pth'), '--batch', '1', *SMALL]
    assert benchmark.main(args) == 0
    assert 'cut, 16 px' in capsys.readouterr().out


def test_what_does_not_go_together_ends_in_a_sentence(tmp_path):
    torch.save({}, tmp_path / 'empty.pth')
    with pytest.raises(SystemExit, match='takes no weights'):
        benchmark.main(['enhance', '--method', 'procedural', '--weights', 'x.pth', *SMALL])
    with pytest.raises(SystemExit, match='holds no state dict'):
        benchmark.main(['enhance', '--weights', str(tmp_path / 'empty.pth'), *SMALL])
