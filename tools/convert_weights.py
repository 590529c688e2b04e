"""Turn published weights into a checkpoint that ``load_from`` and ``--weights`` take.

resnet:   a ResNet-18/34/50/101/152 with torchvision's names -> an mmpretrain ImageClassifier
zero-dce: Zero-DCE's Epoch99.pth -> configs/enhance
cut:      the generator of CUT, latest_net_G.pth -> configs/darken
yolov5:   an official YOLOv5 v5 to v7, n to x -> `pretrained` of configs/yolo, without its head
"""

import argparse
import pickle
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # when run as a script
from wiid_plugins.weights.conversion import NETWORKS, convert_file  # noqa: E402

EPILOG = """examples:
  python tools/convert_weights.py resnet resnet50.pth work_dirs/resnet50.pth
  python tools/convert_weights.py zero-dce Epoch99.pth work_dirs/zero_dce.pth
  python tools/convert_weights.py yolov5 yolov5m.pt work_dirs/yolov5mu_body.pt"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('kind', choices=['resnet', *NETWORKS, 'yolov5'])
    parser.add_argument('source', type=Path, metavar='IN')
    parser.add_argument('out', type=Path, metavar='OUT')
    parser.add_argument('--overwrite', action='store_true', help='replace OUT if it exists')
    args = parser.parse_args(argv)
    if args.out.exists() and not args.overwrite:
        sys.exit(f'error: {args.out} exists; choose another name or give --overwrite')
    try:
        summary = convert_file(args.kind, args.source, args.out)
    except (OSError, RuntimeError, ValueError, pickle.UnpicklingError) as error:
        sys.exit(f'error: {error}')
    print(f'{args.out}: {summary}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
