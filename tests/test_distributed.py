"""Two processes with half the batch each train like one with the whole batch.

Every BatchNorm is frozen (eval mode), those of projectors and predictors too: its statistics are of
one process unless it is a SyncBN. Views are given directly, so that no random draw differs.
"""

import pytest
import torch
import torch.distributed as dist
from mmengine.model import MMDistributedDataParallel

from toy import build_paired, make_samples, make_views
from wiid_plugins.models import Views

N, WORLD = 8, 2


def one_step(model, views, samples):
    """Losses, gradients and the momentum encoder after one optimizer step, as the Runner takes it."""
    losses = model(inputs=views, data_samples=samples, mode='loss')
    paired = getattr(model, 'module', model)
    paired.parse_losses(losses)[0].backward()
    trained = {k: p for k, p in paired.named_parameters() if p.requires_grad}
    gradients = {k: p.grad.clone() for k, p in trained.items()}
    torch.optim.SGD(trained.values(), lr=0.1).step()
    paired.update_target()
    slow = {k: v.clone() for k, v in paired.target.state_dict().items()}
    return dict(losses={k: v.detach() for k, v in losses.items()}, gradients=gradients, slow=slow)


def work(rank, folder):
    """One of the processes."""
    torch.set_num_threads(1)
    method = f'file://{folder}/meeting'
    dist.init_process_group('gloo', init_method=method, rank=rank, world_size=WORLD)
    part = slice(rank * N // WORLD, (rank + 1) * N // WORLD)
    views = Views(*(v[part] for v in make_views(N)))
    model = MMDistributedDataParallel(make_model().eval())
    torch.save(one_step(model, views, make_samples(N)[part]), f'{folder}/rank{rank}.pth')
    dist.destroy_process_group()


def make_model():
    model = build_paired()
    # A momentum encoder apart from the online one, as after some steps
    with torch.no_grad():
        for p in model.target.parameters():
            p.mul_(0.9)
    return model


@pytest.fixture(scope='module')
def ranks(tmp_path_factory):
    folder = tmp_path_factory.mktemp('ranks')
    torch.multiprocessing.spawn(work, (str(folder),), nprocs=WORLD)
    return [torch.load(folder / f'rank{r}.pth') for r in range(WORLD)]


@pytest.fixture(scope='module')
def whole():
    return one_step(make_model().eval(), make_views(N), make_samples(N))


def close(found, expected):
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5)


def test_mmd_is_that_of_the_whole_batch_on_every_process(ranks, whole):
    for rank in ranks:
        close(rank['losses']['loss_mmd'], whole['losses']['loss_mmd'])


def test_the_other_losses_are_means_over_the_processes(ranks, whole):
    for key, expected in whole['losses'].items():
        close(sum(r['losses'][key] for r in ranks) / WORLD, expected)


def test_gradients_are_those_of_the_whole_batch(ranks, whole):
    for rank in ranks:
        assert rank['gradients'].keys() == whole['gradients'].keys()
        for key, expected in whole['gradients'].items():
            close(rank['gradients'][key], expected)
    assert max(g.abs().max() for g in whole['gradients'].values()) > 1e-2


def test_momentum_encoders_stay_identical(ranks, whole):
    for key, value in ranks[0]['slow'].items():
        assert torch.equal(value, ranks[1]['slow'][key])
        close(value, whole['slow'][key])
