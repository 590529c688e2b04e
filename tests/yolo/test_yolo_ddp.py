"""Two processes train together through the trainer of Ultralytics (gloo on a CPU, in place of NCCL)."""

import os
import subprocess
import sys
from pathlib import Path

import torch

from yolo_toy import WIID, overrides_of, write_set


def work(root):
    """One of the processes; its rank is in the environment, as torchrun puts it there."""
    import torch.distributed as dist
    from torch.nn.parallel import DistributedDataParallel

    from wiid_plugins.yolo.trainer import PairedDetectionTrainer

    class OnCpu(DistributedDataParallel):
        def __init__(self, module, device_ids=None, **kwargs):
            super().__init__(module, **kwargs)

    class TwoCpusTrainer(PairedDetectionTrainer):
        def _setup_ddp(self):
            method = f'file://{root}/meeting'
            dist.init_process_group('gloo', init_method=method, rank=rank, world_size=2)

        def final_eval(self):
            """Leave it out: with several processes Ultralytics validates on a GPU only."""

    torch.set_num_threads(1)
    torch.nn.parallel.DistributedDataParallel = OnCpu
    rank = int(os.environ['RANK'])
    trainer = TwoCpusTrainer(overrides=overrides_of(root, WIID))
    trainer.world_size = 2
    trainer.train()
    model, items = trainer.model.module.state_dict(), trainer.loss_items
    torch.save((model, trainer.target.state_dict(), items), root / f'rank{rank}.pt')
    dist.destroy_process_group()


def test_both_processes_hold_the_same_model_target_and_mmd(tmp_path):
    write_set(tmp_path)
    environment = os.environ | dict(WORLD_SIZE='2', LOCAL_WORLD_SIZE='2', OMP_NUM_THREADS='1')
    environment |= dict(PYTHONPATH=os.pathsep.join(sys.path), GLOO_SOCKET_IFNAME='lo')
    logs = [(tmp_path / f'rank{rank}.log').open('w') for rank in range(2)]
    started = [
        subprocess.Popen(
            [sys.executable, '-W', 'ignore', __file__, str(tmp_path)],
            env=environment | dict(RANK=str(rank), LOCAL_RANK=str(rank)),
            stdout=logs[rank],
            stderr=subprocess.STDOUT,
        )
        for rank in range(2)
    ]
    try:
        ended = [process.wait(timeout=120) for process in reversed(started)]
    except subprocess.TimeoutExpired:
        ended = ['stuck']
    for process in started:
        process.kill()
    assert ended == [0, 0], '\n'.join(Path(log.name).read_text() for log in logs)
    (model, target, items), (model1, target1, items1) = (
        torch.load(tmp_path / f'rank{rank}.pt') for rank in range(2)
    )
    weights = [k for k in model if not k.endswith(('running_mean', 'running_var'))]
    assert all(torch.equal(model[k], model1[k]) for k in weights)
    trained = [k for k in target if k in weights]
    assert all(torch.equal(target[k], target1[k]) for k in trained)
    assert items['mmd_loss'] == items1['mmd_loss']  # over the pictures of both
    assert items['box_loss'] != items1['box_loss']
    assert (tmp_path / 'run' / 'weights' / 'wiid_target.pt').is_file()


if __name__ == '__main__':
    work(Path(sys.argv[1]))
