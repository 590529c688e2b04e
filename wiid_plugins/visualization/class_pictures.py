"""Draw what a classifier found, a folder per domain, on the pictures as the classifier saw them."""

from pathlib import Path

import mmcv
from mmengine.hooks import Hook
from mmengine.visualization import Visualizer

from ..registry import HOOKS

SMALLEST = 224  # px of the shorter side that the labels are legible on


@HOOKS.register_module()
class ClassPictures(Hook):
    """Takes the place of mmpretrain's ``VisualizationHook`` in a test of joined sets.

    That one takes BGR for RGB, and gives a picture that is tested raw and enhanced, or that two
    classes have, one name. Here pictures are saved as ``<out_dir>/<domain>/<folder>/<name>.png``, with
    the last folder of the file; samples without a path are numbered. The arguments are those that
    mmpretrain's ``tools/test.py`` sets for ``--show-dir`` and ``--show``.

    Args:
        enable: Draw at all.
        interval: Draw every so many samples.
        show: Show each picture in a window.
        wait_time: Seconds that a window stays.
        out_dir: Where pictures go; None: nowhere.
    """

    def __init__(
        self,
        enable: bool = False,
        interval: int = 1,
        show: bool = False,
        wait_time: float = 0.0,
        out_dir: str | None = None,
    ):
        self.enable = enable
        self.interval = interval
        self.show = show
        self.wait_time = wait_time
        self.out_dir = out_dir
        self._count = 0

    def before_test_epoch(self, runner) -> None:
        """Count samples from the start."""
        self._count = 0

    def after_test_iter(self, runner, batch_idx: int, data_batch: dict, outputs) -> None:
        """Draw a batch: ``inputs`` ``(3, H, W)`` uint8 BGR each."""
        if not self.enable:
            return
        for image, sample in zip(data_batch['inputs'], outputs, strict=True):
            if self._count % self.interval == 0:
                self._draw(image, sample)
            self._count += 1

    def _draw(self, image, sample) -> None:
        picture = mmcv.bgr2rgb(image.permute(1, 2, 0).numpy())
        file = Path(sample.get('img_path', str(self._count)))
        name = Path(sample.get('domain', ''), file.parent.name, f'{file.name}.png')
        Visualizer.get_current_instance().visualize_cls(
            image=picture,
            data_sample=sample,
            resize=SMALLEST if min(picture.shape[:2]) < SMALLEST else None,
            show=self.show,
            wait_time=self.wait_time,
            out_file=None if self.out_dir is None else str(Path(self.out_dir, name)),
            name=str(name),
        )
