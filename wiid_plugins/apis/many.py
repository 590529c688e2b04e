"""Predict on many files: a bar, drawn pictures, lines of JSON, and a list of what failed."""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path

from tqdm import tqdm

from ..media import Clip, ClipError, is_clip
from ..relight.names import name_outputs
from ..relight.say import printable, say
from .drawn import draw_clip, draw_image, movie, write_image
from .lines import Lines
from .predictor import Predictor
from .results import Prediction
from .sources import find_files, find_items, is_live


class Outputs:
    """Where the predictions of a run go.

    Args:
        predictor: Whose they are.
        out: Folder of drawn pictures and clips; None: none are drawn.
        lines: File of predictions; None: they are printed.
        names: Source -> path below ``out``, of files.
    """

    def __init__(
        self, predictor: Predictor, out: Path | None, lines: Lines | None, names: dict[str, Path]
    ):
        self.predictor, self.out, self.lines, self.names = predictor, out, lines, names

    def write(self, found: Iterator[Prediction]) -> Iterator[Prediction]:
        """Draw and write each prediction, and pass it on."""
        for source, group in groupby(found, lambda one: one.source):
            yield from self._source(source, group)

    def _source(self, source: str, group: Iterator[Prediction]) -> Iterator[Prediction]:
        with ExitStack() as stack:
            film = None
            for one in group:
                if self.out is not None and one.error is None:
                    if one.frame is None:
                        self._draw(one, self._target(source))
                    else:
                        film = film or stack.enter_context(movie(self._target(source)))
                        film.write(draw_image(one, self.predictor.lift), one.time)
                if self.lines is not None:
                    self.lines.write(one)
                yield one

    def _draw(self, one: Prediction, target: Path) -> None:
        lift = self.predictor.lift
        if self.predictor.whole_clips:
            with movie(target) as film:
                for pixels, time in draw_clip(one, lift):
                    film.write(pixels, time)
        else:
            write_image(draw_image(one, lift), target)

    def _target(self, source: str) -> Path:
        assert self.out is not None
        live = Path(''.join(c if c.isalnum() else '_' for c in source) + '.mp4')
        return self.out / self.names.get(source, live)


def name_drawn(files: list[str], root: Path) -> dict[str, Path]:
    """Name the drawn file of each source, below the folder of drawn ones."""
    places = {Path(f).relative_to(root): '.mp4' if is_clip(f) else '.jpg' for f in files}
    targets = name_outputs(places)
    return {f: targets[Path(f).relative_to(root)] for f in files}


def run(
    predictor: Predictor, source: str, out: Path | None, lines: Lines | None, every: int
) -> list[Prediction]:
    """Predict on a path, folder, pattern, camera or stream; give what failed.

    Raises:
        FileNotFoundError: If there is nothing.
        OSError: If a camera or a stream can't be opened, or an output not written.
    """
    whole = predictor.whole_clips
    live = is_live(source)
    files: list[str] = []
    names: dict[str, Path] = {}
    left = 0
    if not live:
        files, others = find_files(source, whole)
        left = others.total()
        parents = [os.path.dirname(file) or '.' for file in files]
        root = Path(source if Path(source).is_dir() else os.path.commonpath(parents))
        names = name_drawn(files, root)
    done = set() if lines is None else lines.done
    todo = [file for file in files if file not in done]
    items = find_items(source, whole, every) if live else find_items(todo, whole, every)
    total = None if live else len(files) if whole else sum(_frames(f, every) for f in todo)
    failed, count = [], 0
    outputs = Outputs(predictor, out, lines, names)
    found = outputs.write(predictor.on_items(items, images=out is not None))
    with tqdm(total=total, unit='clip' if whole else 'image', desc='predict') as bar:
        for one in found:
            bar.update()
            count += 1
            if one.error is not None:
                failed.append(one)
            elif lines is None and out is None:
                bar.write(printable(text_of(one)))
    made = count - len(failed)
    say(f'{made} predictions, {len(done)} were there, {len(failed)} failed, {left} other files')
    for one in failed:
        reason = str(one.error).removeprefix(f'{one.source}: ')  # most errors name the file
        say(printable(f'failed: {one.source}: {reason}'), sys.stderr)
    return failed


def _frames(file: str, every: int) -> int:
    if not is_clip(file):
        return 1
    try:
        return -(-len(Clip(file)) // every)
    except (ClipError, OSError):
        return 1


def text_of(found: Prediction) -> str:
    """Give a prediction as a line to read."""
    at = '' if found.time is None else f' at {found.time:.2f} s'
    labels = ', '.join(f'{label.name} {label.score:.1%}' for label in found.labels)
    light = 'brightened' if found.enhanced else 'as it is'
    return f'{found.source}{at} ({light}): {labels or "nothing found"}'
