"""Measure speed: training `step`, `loader`, `enhance` and `darken`, the mixture `gmm`, `predict`.

Whatever is compared is timed in turn (A B C A B C ...), and ratios are medians over the rounds, so
that a machine with other work on it disturbs all alike. OMP_NUM_THREADS sets the threads.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from mmengine.config import DictAction

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # when run as a script
from tools.benchmarks import gmm, light, predict  # noqa: E402
from tools.benchmarks.jobs import CLS_CONFIG, loader, step  # noqa: E402
from wiid_plugins import config as shipped  # noqa: E402
from wiid_plugins.launch import spare_cpu  # noqa: E402

LOADER_CONFIG = shipped('cls/resnet18_wiid_1xb32-8e_gtsrb.py')
STEP_EPILOG = """examples:
  python tools/benchmark.py step
  python tools/benchmark.py step --size 64 224 --batch 32 16 --steps 10 --json work_dirs/step.json
  python tools/benchmark.py step --device cuda --bf16 --compile
  python tools/benchmark.py step --cfg-options wiid.channels_last=False
  python tools/benchmark.py step --task det --size 256 --batch 2 --steps 10
  python tools/benchmark.py step --task yolo --size 256 --batch 2 --steps 10
"""
LOADER_EPILOG = """examples:
  python tools/benchmark.py loader
  python tools/benchmark.py loader --batches 50 --cfg-options train_dataloader.num_workers=4
"""
LIGHT_EPILOG = """examples:
  python tools/benchmark.py {name}
  python tools/benchmark.py {name} --method {method} --batch 1 8 32 --images 256 --device cuda
"""
GMM_EPILOG = """examples:
  python tools/benchmark.py gmm
  python tools/benchmark.py gmm --device cuda --batch 32
"""
PREDICT_EPILOG = """examples:
  python tools/benchmark.py predict CONFIG CHECKPOINT
"""


def _add_job(jobs, name: str, function: Callable, epilog: str) -> argparse.ArgumentParser:
    about = function.__doc__.splitlines()[0]
    style = argparse.RawDescriptionHelpFormatter
    job = jobs.add_parser(name, help=about, description=about, epilog=epilog, formatter_class=style)
    job.add_argument('--json', type=Path, metavar='FILE', help='write the figures there too')
    job.set_defaults(function=function)
    return job


def _add_config(job: argparse.ArgumentParser, default: str) -> None:
    job.add_argument('--config', default=default, help='default: %(default)s')
    job.add_argument('--cfg-options', nargs='+', action=DictAction, default={}, metavar='KEY=VALUE')


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    jobs = parser.add_subparsers(required=True, metavar='JOB')
    job = _add_job(jobs, 'step', step, STEP_EPILOG)
    _add_config(job, CLS_CONFIG)
    job.add_argument('--task', choices=['cls', 'det', 'yolo'], default='cls')
    job.add_argument('--size', type=int, nargs='+', default=[64], help='px; one per --batch')
    job.add_argument('--batch', type=int, nargs='+', default=[32], help='day pictures per step')
    job.add_argument('--device', choices=['cpu', 'cuda'], default='cpu')
    job.add_argument('--bf16', action='store_true', help='autocast to bfloat16')
    job.add_argument('--compile', action='store_true', help='WiiD and bare loop: the backbones')
    job.add_argument('--steps', type=int, default=20, help='timed steps of each kind')
    job.add_argument('--warmup', type=int, default=3, help='steps before that')
    job = _add_job(jobs, 'loader', loader, LOADER_EPILOG)
    _add_config(job, LOADER_CONFIG)
    job.add_argument('--batches', type=int, default=100, help='timed batches per round')
    job.add_argument('--rounds', type=int, default=5)
    for name, method in (('enhance', 'zero-dce'), ('darken', 'cut')):
        epilog = LIGHT_EPILOG.format(name=name, method=method)
        job = _add_job(jobs, name, getattr(light, name), epilog)
        light.add_options(job, ('procedural', method))
    job = _add_job(jobs, 'gmm', gmm.gmm, GMM_EPILOG)
    job.add_argument('--size', type=int, nargs='+', default=[112, 224], help='px')
    job.add_argument('--batch', type=int, default=8, help='clips')
    job.add_argument('--frames', type=int, default=16, help='per clip')
    job.add_argument('--device', choices=['cpu', 'cuda'], default='cpu')
    job.add_argument('--rounds', type=int, default=5)
    job = _add_job(jobs, 'predict', predict.predict, PREDICT_EPILOG)
    job.add_argument('config')
    job.add_argument('checkpoint', type=Path)
    job.add_argument('--cfg-options', nargs='+', action=DictAction, default={})
    job.add_argument('--size', type=int, default=256, help='px of an image')
    job.add_argument('--images', type=int, default=500)
    job.add_argument('--batch', type=int, default=8)
    job.add_argument('--device', choices=['cpu', 'cuda'], default='cpu')
    job.add_argument('--rounds', type=int, default=3)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line."""
    args = parse(argv)
    spare_cpu()  # as tools/train.py does
    print(f'torch {torch.__version__}, {torch.get_num_threads()} threads')
    try:
        results = args.function(args)
    except (ValueError, OSError) as error:
        sys.exit(f'error: {error}')
    if args.json:
        about = dict(torch=torch.__version__, threads=torch.get_num_threads())
        about |= {'config': args.config} if 'config' in args else {}
        args.json.parent.mkdir(parents=True, exist_ok=True)
        args.json.write_text(json.dumps(dict(**about, results=results), indent=1))
    return 0


if __name__ == '__main__':
    sys.exit(main())
