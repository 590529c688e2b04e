"""Lists of clips, read line by line."""

import re
from os.path import join
from pathlib import Path, PurePath

from mmaction.datasets import RepeatAugDataset, VideoDataset
from mmengine.fileio import list_from_file

from ..media import is_clip
from ..registry import DATASETS


@DATASETS.register_module()
class ClipList(VideoDataset):
    """mmaction2's ``VideoDataset``, which takes names with spaces and names lines that are wrong.

    A line is ``name label``, or ``name`` in an unlabelled list; ``ann_file`` may be a folder of
    unlabelled clips, too. Blank lines and a byte order mark
    are no part of the list. ``line`` of a sample is where it stands.

    Args:
        **kwargs: Of mmaction2's ``VideoDataset``.

    Raises:
        ValueError: If a line is neither, or the list is no UTF-8 text.
    """

    def load_data_list(self) -> list[dict]:
        """List the clips after reading every line, or those of a folder, which have no labels."""
        if Path(self.ann_file).is_dir():
            clips = sorted(p for p in Path(self.ann_file).rglob('*') if is_clip(p))
            return [dict(filename=str(p), label=-1) for p in clips]
        try:
            lines = [line.strip() for line in list_from_file(self.ann_file, encoding='utf-8-sig')]
        except UnicodeError as error:
            raise ValueError(
                f'{self.ann_file}: is no UTF-8 text ({error}); save the list as UTF-8'
            ) from error
        samples = [{**self._read(line), 'line': n} for n, line in enumerate(lines, 1) if line]
        faults = [
            f'{self.ann_file}, line {sample["line"]}: {lines[sample["line"] - 1]}'
            for sample in samples
            if sample['label'] is None
        ]
        if faults:
            shown = '\n  '.join(faults[:10] + ['...'] * (len(faults) > 10))
            raise ValueError(
                f'{len(faults)} line(s) are not `name label` with a whole number as label; mend the '
                f'list:\n  {shown}'
            )
        return samples

    def _read(self, line: str) -> dict:
        """Part a line into clip and label; the label is None where there should be one."""
        labels: list[int] = []
        words = line.split(self.delimiter)
        while len(words) > 1 and re.fullmatch('-?[0-9]{1,9}', words[-1].strip()):
            labels.insert(0, int(words.pop()))
            if not self.multi_class:
                break
        name = self.delimiter.join(words).strip()
        if labels or _is_name(name):
            label = labels if self.multi_class else next(iter(labels), -1)
        else:
            label = None
        return dict(filename=join(self.data_prefix['video'] or '', name), label=label)


@DATASETS.register_module()
class RepeatedClips(ClipList):
    """mmaction2's ``RepeatAugDataset``, which reads a clip once for several samples, as a ClipList.

    Args:
        *args: Of :class:`ClipList`.
        num_repeats: Samples of a clip.
        sample_once: Whether they are of the same frames.
        **kwargs: Of :class:`ClipList`.
    """

    prepare_data = RepeatAugDataset.prepare_data

    def __init__(self, *args, num_repeats: int = 4, sample_once: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.num_repeats, self.sample_once = num_repeats, sample_once


def _is_name(text: str) -> bool:
    """Tell a name, with spaces or without, from a name that a word which is no label follows."""
    ending = PurePath(text).suffix[1:]
    return text.split() == [text] or (ending.isalnum() and not ending.isdecimal())
