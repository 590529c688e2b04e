"""Compare the label files of a set with the names of its classes."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from ultralytics.data.utils import img2label_paths


def check_labels(images: Path, names: Sequence[str]) -> None:
    """Stop where a label is no place in the list of names; Ultralytics drops the whole image.

    Args:
        images: A folder of images, or a list of them.
        names: The classes.

    Raises:
        ValueError: With the first files and lines, and the number of all.
    """
    faults = list(_faults(images, len(names)))
    if faults:
        shown = ', '.join(faults[:5]) + ', ...' * (len(faults) > 5)
        raise ValueError(
            f'{images}: {len(faults)} label(s) are outside the {len(names)} classes of data.names '
            f'({shown}); mend data.names or the labels, Ultralytics would drop these images'
        )


def _faults(images: Path, count: int) -> Iterator[str]:
    for file in _label_files(images):
        for number, line in enumerate(file.read_text(encoding='utf-8-sig').splitlines(), 1):
            label = line.split(maxsplit=1)[:1]
            if label and label[0].isdigit() and int(label[0]) >= count:
                yield f'{file}, line {number}: class {label[0]}'


def _label_files(images: Path) -> list[Path]:
    if images.is_dir():
        folder = Path(img2label_paths([str(images / '0.jpg')])[0]).parent
        return sorted(f for f in folder.rglob('*.txt') if f.name != 'classes.txt')
    lines = images.read_text(encoding='utf-8-sig').split('\n')
    listed = [str(images.parent / line.strip()) for line in lines if line.strip()]
    return [f for f in map(Path, img2label_paths(listed)) if f.is_file()]
