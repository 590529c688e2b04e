"""mmaction2's steps that read a clip, over the reader of this package."""

from pathlib import Path

import numpy as np
from mmcv.transforms import BaseTransform
from mmengine.fileio import FileClient

from ..media import Clip
from ..registry import TRANSFORMS


@TRANSFORMS.register_module()
class OpenClip(BaseTransform):
    """Open a clip: ``video_reader``, ``total_frames``, ``avg_fps``.

    Takes the place of mmaction2's ``DecordInit``.

    Args:
        io_backend: Where clips lie, of mmengine's file clients.
        num_threads: That decode a clip; 0 leaves it to FFmpeg.
        **kwargs: Of the file client.
    """

    def __init__(self, io_backend: str = 'disk', num_threads: int = 1, **kwargs):
        self.io_backend, self.num_threads = io_backend, num_threads
        self.kwargs = kwargs
        self.client: FileClient | None = None

    def transform(self, results: dict) -> dict:
        """Open the clip ``filename``, which ends in ``.mp4`` where it has no suffix.

        Raises:
            ClipError: If it cannot be read.
        """
        name = results['filename']
        clip = self._open(name if Path(name).suffix else f'{name}.mp4')
        results.update(video_reader=clip, total_frames=len(clip), avg_fps=clip.rate)
        return results

    def _open(self, name: str) -> Clip:
        if self.io_backend == 'disk':
            return Clip(name, self.num_threads)
        self.client = self.client or FileClient(self.io_backend, **self.kwargs)
        return Clip(bytes(self.client.get(name)), self.num_threads, name)


@TRANSFORMS.register_module()
class DecodeClip(BaseTransform):
    """Decode the frames ``frame_inds``: ``imgs``, each ``(H, W, 3)`` uint8 RGB, and their shape.

    Takes the place of mmaction2's ``DecordDecode``. Boxes in [0, 1] become pixels.

    Args:
        mode: ``'accurate'``, or ``'efficient'``: the key frame before each frame instead of it.
        by_time: Frame ``i`` is what is shown at ``i`` times the mean distance of frames, so that what
            ``SampleFrames`` takes at even distances is so in time, too, at a varying rate.
    """

    def __init__(self, mode: str = 'accurate', by_time: bool = False):
        if mode not in ('accurate', 'efficient'):
            raise ValueError(f'mode is {mode!r}; it is accurate or efficient')
        self.mode, self.by_time = mode, by_time

    def transform(self, results: dict) -> dict:
        """Decode, and let the reader go.

        Raises:
            ClipError: If a frame cannot be decoded.
        """
        clip = results['video_reader']
        chosen = results['frame_inds'] = np.asarray(results['frame_inds']).reshape(-1)
        if self.by_time:
            chosen = clip.evenly()[chosen]
        if self.mode == 'efficient':
            chosen = np.array([clip.key_before(int(i)) for i in chosen])
        results['imgs'] = clip.frames(chosen)
        height, width = results['imgs'][0].shape[:2]
        results.update(video_reader=None, original_shape=(height, width), img_shape=(height, width))
        for key in ('gt_bboxes', 'proposals'):
            if results.get(key) is not None:
                scale = np.array([width, height, width, height])
                results[key] = (results[key] * scale).astype(np.float32)
        return results
