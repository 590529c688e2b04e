"""The jobs `step` and `loader` of tools/benchmark.py."""

import argparse

import torch
from mmengine.registry import init_default_scope

from tools.benchmarks.build import build_steps
from tools.benchmarks.loader import build_loader, deliver, images_per_sample, loader_configs
from tools.benchmarks.step import Setting
from tools.benchmarks.timing import in_turn, ratio, spread, text
from wiid_plugins import config as shipped
from wiid_plugins.compose import read_config

CLS_CONFIG = shipped('cls/resnet18_wiid_1xb32-180e_codan.py')
DET_CONFIG = shipped('det/retinanet_r50_wiid_1xb8-12e_voco2exdark.py')
YOLO_CONFIG = shipped('yolo/yolov5m_wiid_1xb8-30e_voco2exdark.py')


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
        from tools.benchmarks.det import build_det_steps as build  # mmdet is optional

        args.config = DET_CONFIG if args.config == CLS_CONFIG else args.config
    elif args.task == 'yolo':
        from tools.benchmarks.yolo import build_yolo_steps as build  # AGPL, and optional

        args.config = YOLO_CONFIG if args.config == CLS_CONFIG else args.config
    config, results = read_config(args.config, args.cfg_options), []
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
    config = read_config(args.config, args.cfg_options)
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
