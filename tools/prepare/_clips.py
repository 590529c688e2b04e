"""Clips on the disk: found by the path that a list gives, and decoded as far as needed."""

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import cv2

from tools.prepare._report import Report

SUFFIXES = ('.avi', '.mp4', '.mkv', '.webm')


def walk(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder in a fixed order; linked folders are followed."""
    for place, folders, files in os.walk(folder, followlinks=True):
        folders.sort()
        yield from (Path(place) / name for name in sorted(files) if not name.startswith('.'))


class Clips:
    """The clips below a folder.

    Args:
        folder: Where they are, at any depth.
        least: How many frames a clip must have.
        report: Takes what is wrong with a listed clip.
    """

    def __init__(self, folder: Path, least: int, report: Report) -> None:
        self._least, self._report = least, report
        self._frames: dict[Path, int] = {}
        self._index: dict[str, list[Path]] = defaultdict(list)
        for path in walk(folder):
            if path.suffix.lower() in SUFFIXES:
                self._index[path.stem].append(path)

    def find(self, listed: PurePosixPath) -> Path | None:
        """Return the clip of a listed path, whatever its ending; of two, the one listed."""
        tail = listed.with_suffix('').parts
        found = [
            path
            for path in self._index.get(listed.stem, [])
            if path.with_suffix('').parts[-len(tail) :] == tail
        ]
        return min(found, key=lambda path: path.suffix != listed.suffix, default=None)

    def count_frames(self, path: Path) -> int:
        """Decode a clip up to the frames needed; return how many there are."""
        if path not in self._frames:
            video, count = cv2.VideoCapture(str(path)), 0
            while count < self._least and video.read()[0]:
                count += 1
            video.release()
            self._frames[path] = count
        return self._frames[path]

    def check(self, listed: PurePosixPath, where: str) -> Path | None:
        """Return the clip of a listed path; report it, and return None, when it is no good."""
        path, what = self.find(listed), f'{where}: {listed}'
        if path is None:
            self._report.fault('clip missing', what)
            return None
        count = self.count_frames(path)
        if not count:
            size = path.stat().st_size
            self._report.fault('clip cannot be decoded', f'{what} ({path}, {size} bytes)')
        elif count < self._least:
            kind = f'clip with less than {self._least} frames'
            self._report.fault(kind, f'{what} ({path}, {count} frames)')
        return path if count >= self._least else None
