"""Measure speed: training `step`, `loader`, the tools `enhance` and `darken`, the mixture `gmm`.

Whatever is compared is timed in turn (A B C A B C ...), and ratios are medians over the rounds, so
that a machine with other work on it disturbs all alike. OMP_NUM_THREADS sets the threads.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from mmengine.config import Config, DictAction
from mmengine.registry import init_default_scope

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # when run as a script
from tools import _bench_gmm, _bench_light  # noqa: E402
from tools._bench_build import build_steps  # noqa: E402
from tools._bench_loader import (  # noqa: E402
    build_loader,
    deliver,
    images_per_sample,
    loader_configs,
)
from tools._bench_step import Setting  # noqa: E402
from tools._bench_timing import in_turn, ratio, spread, text  # noqa: E402
from wiid_plugins import config as shipped  # noqa: E402
from wiid_plugins.launch import spare_cpu  # noqa: E402

CLS_CONFIG = shipped('cls/resnet18_wiid_1xb32-180e_codan.py')
DET_CONFIG = shipped('det/retinanet_r50_wiid_1xb8-12e_voco2exdark.py')
YOLO_CONFIG = shipped('yolo/yolov5m_wiid_1xb8-30e_voco2exdark.py')
LOADER_CONFIG = shipped('cls/resnet18_wiid_1xb32-8e_gtsrb.py')
STEP_EPILOG = """examples:
  python tools/benchmark.py step
  python tools/benchmark.py step --size 64 224 --batch 32 16 --steps 10 --json work_dirs/step.json
  python tools/benchmark.py step --device cuda --bf16 --compile
  python tools/benchmark.py step --cfg-options model.channels_last=False
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


def step(args: argparse.Namespace) -> list[dict]:
    """Time the training step in four ways, for each pair of size and batch.

    Raises:
        ValueError: If the options do not go together.
    """
    if len(args.size) != len(args.batch):
        raise ValueError('--size and --batch go in pairs; give as many of one as of the other')
    if args.device == 'cuda' and not torch.cuda.is_available():
        raise ValueError('--device cuda: torch sees no GPU; use --device cpu')
    if args.compile and args.task != 'cls':
        raise ValueError(f'--compile is for --task cls, not for {args.task}; leave it out')
    setting = Setting(args.device, args.bf16, args.compile)
    build = build_steps
    if args.task == 'det':
        from tools._bench_det import build_det_steps as build  # mmdet is optional

        args.config = DET_CONFIG if args.config == CLS_CONFIG else args.config
    elif args.task == 'yolo':
        from tools._bench_yolo import build_yolo_steps as build  # AGPL, and optional

        args.config = YOLO_CONFIG if args.config == CLS_CONFIG else args.config
    config, results = _config(args), []
    for size, batch in zip(args.size, args.batch, strict=True):
        steps = build(config, size, batch, setting)
        title = f'{size} px, batch {batch}'
        seconds = in_turn(steps, args.steps, args.warmup, args.device, title)
        results.append(_step_result(seconds, dict(size=size, batch=batch, **vars(setting))))
        print(_step_table(results[-1]))
    return results


def _step_result(seconds: dict[str, list[float]], about: dict) -> dict:
    wiid, bare, *published = seconds.values()
    names = list(seconds)[2:]
    return dict(
        **about,
        seconds={name: spread(values) for name, values in seconds.items()},
        to_bare={name: ratio(values, bare) for name, values in seconds.items()},
        to_wiid={n: ratio(p, wiid) for n, p in zip(names, published, strict=True)},
        rounds=seconds,
    )


def _step_table(result: dict) -> str:
    rows = [f'\n{result["size"]} px, batch {result["batch"]}; median (min..max)\n']
    rows += ['| step | seconds | ratio to bare loop |', '|---|---|---|']
    for name, values in result['seconds'].items():
        rows.append(f'| {name} | {text(values, 4)} | {text(result["to_bare"][name], 3)} |')
    rows += [f'\n{name} / WiiD: {text(r, 3)}' for name, r in result['to_wiid'].items()]
    return '\n'.join(rows)


def loader(args: argparse.Namespace) -> list[dict]:
    """Time the paired loader and the in-worker route against the stock loader of the day set."""
    config = _config(args)
    init_default_scope(config.default_scope)
    workers = config.train_dataloader.num_workers
    loaders = {name: build_loader(c) for name, c in loader_configs(config).items()}
    count = min(args.batches, *(len(each) - 1 for each in loaders.values()))
    if count < 1:
        raise ValueError('the data set gives less than two batches; lower the batch size')
    jobs = {name: lambda each=each: deliver(each, count) for name, each in loaders.items()}
    seconds = in_turn(jobs, args.rounds, 1, 'cpu', f'{count} batches')
    images = {name: images_per_sample(each) for name, each in loaders.items()}
    samples, results = count * config.train_dataloader.batch_size, []
    print(f'\n{count} batches of {config.train_dataloader.batch_size}, {workers} workers\n')
    print('| loader | samples/s | images/s | images/s to stock |\n|---|---|---|---|')
    for name, values in seconds.items():
        rate = spread([samples / s for s in values])
        rates = {k: v * images[name] for k, v in rate.items()}
        share = ratio(seconds['stock'], values)
        share = {k: v * images[name] / images['stock'] for k, v in share.items()}
        results.append(
            dict(loader=name, samples_per_s=rate, images_per_s=rates, images_to_stock=share)
        )
        print(f'| {name} | {text(rate, 0)} | {text(rates, 0)} | {text(share)} |')
    return results


def _config(args: argparse.Namespace) -> Config:
    config = Config.fromfile(args.config)
    config.merge_from_dict(args.cfg_options)
    return config


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
        job = _add_job(jobs, name, getattr(_bench_light, name), epilog)
        _bench_light.add_options(job, ('procedural', method))
    job = _add_job(jobs, 'gmm', _bench_gmm.gmm, GMM_EPILOG)
    job.add_argument('--size', type=int, nargs='+', default=[112, 224], help='px')
    job.add_argument('--batch', type=int, default=8, help='clips')
    job.add_argument('--frames', type=int, default=16, help='per clip')
    job.add_argument('--device', choices=['cpu', 'cuda'], default='cpu')
    job.add_argument('--rounds', type=int, default=5)
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
