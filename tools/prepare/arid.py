"""Make mmaction2 annotation files of ARID (dark clips) and of the normal-light UG2 clips.

The input folder holds, each as published, unpacked, at any depth and in any order:

    ARID/          clips `<Class>/<clip>`, and list files `ARID_split1_train.txt` (v1.0) or
                   `split1_train.txt` (v1.5); every split that is there is taken, with its lists
                   `train`, `test` and `other` or `others` (clips of neither)
    NormalLight/   clips of the UG2 challenge in one folder or in class folders, and one list file
                   `*train.txt`; may be absent, then only ARID is made

A line of a list is `index label path`, tab separated. The lists say `.avi` where the archives of
v1.5 hold `.mp4`: a clip is found by its path without the ending. Labels are the 11 classes below;
`mapping_table.txt` and the class folder of a path have to agree with them.

Every listed clip has to exist and to decode to at least --min-frames frames, counted as they
decode: what a header says of number and rate of frames is not used, so a variable rate is no
matter, nor is the size of a frame.

Result: `<root>/{arid,normal_light}/<Class>/`, hard links where possible,
a number added to names that are there already, blanks made `_`;
`arid_split<n>_{train,test,other}.txt` and `normal_light_train.txt`, `path label` with paths below
`<root>`, and `classes.txt`.

Faults stop the run. With --skip-bad the lines at fault are left out, and `left_out.txt` names them.
"""

import argparse
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # when run as a script
from tools.prepare.common import common, result  # noqa: E402
from tools.prepare.common.clips import Clips  # noqa: E402
from tools.prepare.common.lists import read_lines, whole_number  # noqa: E402
from tools.prepare.common.names import Names  # noqa: E402
from tools.prepare.common.report import Report  # noqa: E402

CLASSES = [
    *('Drink', 'Jump', 'Pick', 'Pour', 'Push', 'Run', 'Sit', 'Stand', 'Turn', 'Walk', 'Wave'),
]
SETS = [  # folder, folder of its clips in the result, list files, annotation files
    (
        'ARID',
        'arid',
        re.compile(r'(?:ARID_)?split(\d)_(train|test|other)s?\.txt$', re.IGNORECASE),
        'arid_split{}_{}',
    ),
    ('NormalLight', 'normal_light', re.compile(r'.*train\.txt$'), 'normal_light_train'),
]
Made = dict[str, list[tuple[str, int, Path]]]
EPILOG = """example:
  python tools/prepare/arid.py ~/Downloads/dark_actions data/arid
"""


@dataclass(frozen=True)
class Line:
    """One line of a list: where it stands, its label, and its clip."""

    where: str
    label: int
    path: PurePosixPath


def read_list(path: Path, report: Report) -> list[Line]:
    """Read a list file; report lines that are none, and labels that are not right."""
    lines = []
    for number, text in read_lines(path):
        where, words = f'{path.name}, line {number}', text.split('\t')
        label, clip = whole_number(words[1]) if len(words) == 3 else None, words[-1].strip()
        if label is None or not PurePosixPath(clip).name:
            report.fault('line is not `index label path`, tab separated', f'{where}: {text}')
            continue
        line = Line(where, label, PurePosixPath(clip))
        folder = line.path.parent.name
        if line.label not in range(len(CLASSES)):
            report.fault('label outside the classes', f'{where}: {text}')
        elif folder and folder != CLASSES[line.label]:
            right = f'{line.label} is {CLASSES[line.label]}'
            report.fault('label is not that of the class folder', f'{where}: {text} ({right})')
        else:
            lines.append(line)
    return lines


def check_mapping(path: Path) -> None:
    """Check that a mapping table has the classes in their order."""
    found = [line.split() for _, line in read_lines(path)]
    if found != [[str(label), name] for label, name in enumerate(CLASSES)]:
        raise common.PrepareError(f'{path}: its classes are not 0 Drink .. 10 Wave, as expected')


def find_lists(folder: Path, pattern: re.Pattern, name: str) -> dict[str, Path]:
    """Find the list files below a folder, and check its mapping table.

    Args:
        folder: Where to look, at any depth.
        pattern: Of the file names.
        name: Of the annotation file; takes the groups of the pattern.

    Returns:
        Name of the annotation file -> list file.
    """
    lists: dict[str, Path] = {}
    for path in common.walk(folder):
        match = pattern.match(path.name)
        if path.name == 'mapping_table.txt':
            check_mapping(path)
        elif match:
            target = name.format(*match.groups()).lower()
            if target in lists:
                raise common.PrepareError(f'{lists[target]} and {path}: two lists for {target}')
            lists[target] = path
    if not lists:
        raise common.PrepareError(
            f'{folder} holds no list file with a name as --help says; '
            'unpack the clips and their lists there'
        )
    return lists


def clip_name(line: Line, clip: Path, kind: str, names: Names) -> str | None:
    """Return the path of a clip in the result; mmaction2 parts path and label at a space."""
    name = re.sub(r'\s', '_', f'{clip.stem}{clip.suffix.lower()}')
    return names.give(f'{kind}/{CLASSES[line.label]}/{name}', clip)


def convert(folder: Path, kind: str, lists: dict[str, Path], least: int, report: Report) -> Made:
    """Check the listed clips of one set.

    Args:
        folder: Where the clips are.
        kind: Folder of the clips in the result.
        lists: Name of the annotation file -> list file.
        least: How many frames a clip must have.
        report: Takes the faults.

    Returns:
        Annotation file -> (path in the result, label, clip) of every line.
    """
    clips, names = Clips(folder, least, report), Names(report)
    labels: dict[Path, int] = {}
    made: Made = {}
    for target, path in lists.items():
        seen: set[Path] = set()
        made[target] = []
        for line in tqdm(read_list(path, report), desc=target, leave=False):
            clip = clips.check(line.path, line.where)
            if clip and labels.setdefault(clip, line.label) != line.label:
                first = CLASSES[labels[clip]]
                report.fault('clip with two labels', f'{line.where}: {line.path}, first {first}')
            elif clip in seen:
                report.fault('clip listed twice', f'{line.where}: {line.path}')
            elif clip and (name := clip_name(line, clip, kind, names)):
                seen.add(clip)
                made[target].append((name, line.label, clip))
    return made


def write(root: Path, made: Made) -> str:
    """Place the clips and write the annotation files; return the counts."""
    clips = {path: clip for lines in made.values() for path, _, clip in lines}
    for path, clip in tqdm(clips.items(), desc='placing', leave=False):
        result.place(clip, root / path)
    for target, lines in made.items():
        (root / f'{target}.txt').write_text(''.join(f'{p} {label}\n' for p, label, _ in lines))
    (root / 'classes.txt').write_text(''.join(f'{name}\n' for name in CLASSES))
    return ', '.join(f'{target} {len(lines)}' for target, lines in made.items())


def prepare(source: Path, root: Path, least: int = 16, skip_bad: bool = False) -> str:
    """Make the annotation files unless they are there.

    Args:
        source: Folder with ARID and, if there is one, NormalLight.
        root: Folder to make.
        least: How many frames a clip must have.
        skip_bad: Leave out lines at fault.

    Returns:
        What there is now, for the user.
    """
    common.keep_apart(root, *(source / folder for folder, *_ in SETS))
    options = {'min_frames': least, 'skip_bad': skip_bad}
    if there := result.already_there(root, options):
        return f'already there; {there}'
    if not (source / 'ARID').is_dir():
        raise common.PrepareError(f'{source}/ARID not found; unpack ARID and its lists there')
    report, made = Report(), {}
    with common.atomic_dir(root) as part:
        for folder, kind, pattern, name in SETS:
            if (source / folder).is_dir():
                lists = find_lists(source / folder, pattern, name)
                made |= convert(source / folder, kind, lists, least, report)
        report.settle(part, skip_bad)
        summary = write(part, made)
        summary += f'; left out: {report.counts()}' * bool(report.counts())
        result.seal(part, options, summary)
    return f'made; {summary}'


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description='Make mmaction2 annotation files of ARID and the normal-light UG2 clips.',
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('source', type=Path, help='folder with ARID and NormalLight')
    parser.add_argument('root', type=Path, nargs='?', default=Path('data/arid'), help='result')
    parser.add_argument(
        '--min-frames', type=int, default=16, help='a clip has at least so many (default: 16)'
    )
    parser.add_argument('--skip-bad', action='store_true', help='leave out lines at fault')
    args = parser.parse_args(argv)

    def job() -> str:
        return f'{args.root}: {prepare(args.source, args.root, args.min_frames, args.skip_bad)}'

    return common.run_cli(job)


if __name__ == '__main__':
    sys.exit(main())
