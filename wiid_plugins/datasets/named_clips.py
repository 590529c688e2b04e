"""Lists of clips within any data set, and errors that name list, line and clip."""

from collections.abc import Callable, Iterator
from typing import Any

from mmengine.dataset import BaseDataset

from ..media import ClipError


def name_clips(dataset) -> None:
    """Let every list of clips in a data set say which clip its pipeline failed on."""
    for clips, _ in clip_sets(dataset):
        if not isinstance(clips.pipeline, _NamesClip):
            clips.pipeline = _NamesClip(clips, clips.pipeline)


class _NamesClip:
    """A pipeline whose errors name list, line and clip."""

    def __init__(self, dataset: BaseDataset, pipeline: Any):
        self.dataset, self.pipeline = dataset, pipeline

    @property
    def transforms(self) -> list[Callable]:
        """The stock pipeline's, which ``RepeatAugDataset`` runs one by one."""
        return self.pipeline.transforms

    def __call__(self, results: dict) -> dict:
        clip = results['filename']
        try:
            return self.pipeline(results)
        except Exception as error:
            clips = self.dataset.load_data_list()
            index = [c['filename'] for c in clips].index(clip)
            line = clips[index].get('line', index + 1)
            reason = f'{type(error).__name__}: {error}'
            if isinstance(error, ClipError):
                reason = error.reason
            raise OSError(
                f'{self.dataset.ann_file}, line {line}: {clip}: {reason}; replace the clip or take '
                'the line out'
            ) from error


def clip_sets(dataset, labelled: bool = True) -> Iterator[tuple[BaseDataset, bool]]:
    """Find mmaction2's lists of clips in wrapped and joined sets, and whether labels count."""
    if 'video' in (getattr(dataset, 'data_prefix', None) or {}):
        yield dataset, labelled
    for part in (getattr(dataset, 'dataset', None), *getattr(dataset, 'datasets', ())):
        if part is not None:
            yield from clip_sets(part, labelled)
    if hasattr(dataset, 'dark'):
        yield from clip_sets(dataset.dark, False)
