"""Clips on the disk: found by the path that a list gives, and decoded as far as needed."""

from collections import defaultdict
from pathlib import Path, PurePosixPath

import cv2

from tools.prepare.common.common import walk
from tools.prepare.common.names import check_text
from tools.prepare.common.report import Report

SUFFIXES = ('.avi', '.mp4', '.mkv', '.webm')


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

    def find(self, listed: PurePosixPath) -> list[Path]:
        """Return the clips of a listed path, whatever their ending; with the listed one, if any."""
        tail = listed.with_suffix('').parts
        found = [
            path
            for path in self._index.get(listed.stem, [])
            if path.with_suffix('').parts[-len(tail) :] == tail
        ]
        return [path for path in found if path.suffix == listed.suffix] or found

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
        found, what = self.find(listed), f'{where}: {listed}'
        if len(found) != 1:
            names = f' ({" and ".join(map(str, found))})' if found else ''
            self._report.fault('clip there twice' if found else 'clip missing', what + names)
            return None
        path = found[0]
        if not check_text(str(path), self._report):
            return None
        count = self.count_frames(path)
        if not count:
            size = path.stat().st_size
            self._report.fault('clip cannot be decoded', f'{what} ({path}, {size} bytes)')
        elif count < self._least:
            kind = f'clip with less than {self._least} frames'
            self._report.fault(kind, f'{what} ({path}, {count} frames)')
        return path if count >= self._least else None
