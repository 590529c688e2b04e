from tools import benchmark
from tools.benchmarks.gmm import made_up
from tools.benchmarks.mask import mask_cost, mask_table


def test_the_mask_is_timed_on_both_routes():
    cost = mask_cost(made_up(2, 4, 32), 'cpu', 1)
    assert set(cost['seconds']) == {'device', 'device mask', 'loader', 'loader mask'}
    for route in ('device', 'loader'):
        mask, whole = cost['seconds'][f'{route} mask'], cost['seconds'][route]
        share = cost['shares'][route]['median']
        assert mask['min'] / whole['max'] <= share <= mask['max'] / whole['min']
    assert '| loader: decode and resize, 1 of 4 x 32 x 32 |' in mask_table(cost)


def test_the_job_prints_and_keeps_it(capsys):
    command = ['gmm', '--size', '16', '--batch', '2', '--frames', '4', '--rounds', '1']
    assert benchmark.main(command) == 0
    assert 'what the mask costs' in capsys.readouterr().out
