"""The job `predict` of tools/benchmark.py: a Predictor on a folder against a bare loop."""

import argparse
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from tools.benchmarks.light import write_pictures
from tools.benchmarks.timing import in_turn, ratio, spread, text
from wiid_plugins.apis.predictor import Predictor
from wiid_plugins.images import decode


def predict(args: argparse.Namespace) -> dict:
    """Time a Predictor on a folder of images against a loop over its reader and its network."""
    predictor = Predictor(
        args.config, args.checkpoint, args.device, batch=args.batch, options=args.cfg_options
    )
    with TemporaryDirectory() as folder:
        write_pictures(Path(folder), args.images, args.size)
        jobs = {
            'bare loop': partial(_bare, predictor, folder, args.batch),
            'Predictor': partial(_stream, predictor, folder),
        }
        seconds = in_turn(jobs, args.rounds, 1, args.device, 'predict')
    rates = {name: spread([args.images / s for s in spent]) for name, spent in seconds.items()}
    share = ratio(seconds['bare loop'], seconds['Predictor'])
    for name, rate in rates.items():
        print(f'{name}: {text(rate, 1)} images/s')
    print(f'Predictor / bare loop: {text(share)}')
    return dict(images_per_s=rates, predictor_to_bare=share)


def _stream(predictor: Predictor, folder: str) -> None:
    for _ in predictor.stream(folder):
        pass


@torch.inference_mode()
def _bare(predictor: Predictor, folder: str, batch: int) -> None:
    """Read and prepare image by image, brighten as the predictor does, and keep nothing."""
    files = sorted(Path(folder).iterdir())
    for start in range(0, len(files), batch):
        images = [decode(file) for file in files[start : start + batch]]
        predictor.model.predict([predictor.model.prepare(i, predictor.lift) for i in images])
