"""The command line that tools/enhance.py and tools/darken.py share."""

import argparse
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from pickle import UnpicklingError

import torch
import torch.distributed as dist
from tqdm import tqdm

from ..translation import Light
from .images import convert_images
from .light import Relight
from .manifest import EARLIER, claim, digest
from .notes import refresh
from .say import count_kinds, mends, printable, say
from .tree import ConvertError, Job, Outcome, Plan, UnreadableError, make_plan
from .videos import convert_video

EPILOG = """Pictures become PNG, or JPEG with --jpeg: upright, RGB, without transparency. They are
computed with all bits they have, those of camera RAW too; only what is written is rounded. Two of
one name, a.dng and a.jpg, become a.dng.png and a.jpg.png. Videos, GIFs and animated WebP become MP4
(H.264): the same frames at the same times, upright, all treated with the same parameters, and their
sound as it is. Of TIFF and PNG with several pages the first is taken. Other files are ignored. The
same command again goes on where it was stopped, and makes again what has another input than before;
torchrun shares the work:
torchrun --nproc-per-node 4 tools/{tool}.py IN OUT ...

examples:
  python tools/{tool}.py photos converted
  python tools/{tool}.py photos converted --method {method} --weights FILE"""


def make_parser(tool: str, about: str, methods: Sequence[str]) -> argparse.ArgumentParser:
    """Make the parser of one tool; ``methods[0]`` is the default."""
    style = argparse.RawDescriptionHelpFormatter
    epilog = EPILOG.format(tool=tool, method=methods[-1])
    parser = argparse.ArgumentParser(description=about, epilog=epilog, formatter_class=style)
    parser.add_argument('source', type=Path, metavar='IN', help='a picture, a video or a folder')
    parser.add_argument('out', type=Path, metavar='OUT', help='folder that gets the same tree')
    parser.add_argument('--method', choices=methods, default=methods[0])
    parser.add_argument('--weights', type=Path, metavar='FILE', help=f'of {methods[-1]}')
    parser.add_argument('--device', choices=['cpu', 'cuda'], default='cpu')
    parser.add_argument(
        '--batch',
        type=positive,
        default=1,
        metavar='N',
        help='pictures of one size that a network computes at a time; pays on a GPU. With more than '
        '1, single values may differ by 1 of 255 between runs',
    )
    parser.add_argument(
        '--jpeg',
        type=_quality,
        nargs='?',
        const=95,
        metavar='QUALITY',
        help='JPEG for pictures, 1 to 100, default 95',
    )
    parser.add_argument('--overwrite', action='store_true', help='make outputs that exist again')
    return parser


def run(
    args: argparse.Namespace,
    tool: str,
    build: Callable[..., Light],
    finish: Callable[[Plan], None] | None = None,
) -> int:
    """Run a tool's command line, report its errors, and give the exit status.

    Args:
        args: From the parser of :func:`make_parser`; ``seed``, ``bits``, ``brightness`` and
            ``max_gain`` are optional.
        tool: Name of the tool.
        build: Makes the method from ``method`` and, if given, ``weights``.
        finish: Called when all that can be read is done.
    """
    warnings.filterwarnings('ignore', module='PIL')  # without file names; what fails is listed
    try:
        plan = make_plan(args.source, args.out, '.png' if args.jpeg is None else '.jpg')
        failures = _convert(args, tool, build, plan)
        if finish is not None:
            finish(plan)
    except (ConvertError, OSError, UnpicklingError, torch.OutOfMemoryError) as error:
        say(f'error: {printable(str(error))}', sys.stderr)
        return 1
    except KeyboardInterrupt:
        sys.stderr.write('stopped; the same command again goes on from here\n')
        return 130
    _wait_for_others()
    return 1 if failures else 0


def _convert(args: argparse.Namespace, tool: str, build: Callable, plan: Plan) -> list[Outcome]:
    rank, world_size = (int(os.environ.get(k, d)) for k, d in (('RANK', 0), ('WORLD_SIZE', 1)))
    relight = _build(args, build)
    share = plan.share(rank, world_size)
    claim(plan.out, _settings(args, tool, plan), share, args.overwrite)
    outcomes = [
        Outcome(
            job,
            f'{job.target} is older, and not noted as made from it; remove it, or use --overwrite',
        )
        for job in refresh(plan.out, share)
    ]
    todo = [job for job in share if not job.is_done]
    before = len(share) - len(todo)
    with tqdm(total=len(share), initial=before, desc=tool, unit='file', position=rank) as bar:
        for outcome in _outcomes(todo, relight, args.jpeg, rank + world_size):
            bar.update()
            outcomes.append(outcome)
    made = sum(job.is_done for job in todo)
    failures = [outcome for outcome in outcomes if outcome.reason]
    text = f'{plan.out}: {made} made, {before} were there, {len(failures)} failed'
    others = f'{sum(plan.ignored.values())} other files ignored{count_kinds(plan.ignored)}'
    say(printable(f'{text}, {others}'))
    for mend in mends(plan.ignored):
        say(mend)
    for outcome in outcomes:
        for kind, what in (('note', outcome.note), ('failed', outcome.reason)):
            if what:
                say(printable(f'{kind}: {outcome.job.source}: {what}'), sys.stderr)
    return failures


def _build(args: argparse.Namespace, build: Callable[..., Light]) -> Relight:
    if args.device == 'cuda' and not torch.cuda.is_available():
        raise ConvertError('--device cuda: torch sees no GPU; use --device cpu')
    weights = {} if args.weights is None else {'weights': args.weights}
    try:
        light = build(args.method, **weights)
    except ValueError as error:
        raise ConvertError(f'--method {args.method}, --weights {args.weights}: {error}') from None
    device = args.device
    if device == 'cuda':
        device = f'cuda:{int(os.environ.get("LOCAL_RANK", 0)) % torch.cuda.device_count()}'
    batch = 1 if args.method == 'procedural' else args.batch
    return Relight(light, device, getattr(args, 'seed', 0), batch, getattr(args, 'bits', 8))


def _settings(args: argparse.Namespace, tool: str, plan: Plan) -> dict:
    return dict(
        tool=tool,
        input=str(plan.root.resolve()),
        method=args.method,
        weights=digest(args.weights),
        jpeg=args.jpeg,
        seed=getattr(args, 'seed', 0),
        **{name: _given(args, name, usual) for name, usual in EARLIER.items()},
    )


def _given(args: argparse.Namespace, name: str, usual: float) -> float:
    value = getattr(args, name, None)
    return usual if value is None else value


def _outcomes(
    jobs: Sequence[Job], relight: Relight, jpeg: int | None, row: int
) -> Iterator[Outcome]:
    yield from convert_images([j for j in jobs if not j.is_video], relight, jpeg)
    for job in (j for j in jobs if j.is_video):
        with tqdm(desc=printable(job.name), unit='frame', leave=False, position=row) as bar:

            def advance(count: int, total: int, bar: tqdm = bar) -> None:
                bar.total = total
                bar.update(count)

            try:
                yield Outcome(job, note=convert_video(job, relight, advance))
            except UnreadableError as error:
                yield Outcome(job, str(error))


def _wait_for_others() -> None:
    """Let all processes of torchrun end together: it stops the others when one fails."""
    if dist.is_torchelastic_launched():
        dist.init_process_group('gloo', timeout=timedelta(days=30))
        dist.barrier()
        dist.destroy_process_group()


def positive(text: str) -> int:
    """Read a number of 1 or more from a command line."""
    if int(text) < 1:
        raise argparse.ArgumentTypeError(f'{text} is not 1 or more')
    return int(text)


def _quality(text: str) -> int:
    if not 1 <= int(text) <= 100:
        raise argparse.ArgumentTypeError(f'{text} is not in 1 to 100')
    return int(text)
