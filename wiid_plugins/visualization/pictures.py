"""Draw what a detector found, a folder per domain, on the pictures as the detector saw them."""

from pathlib import Path

import mmcv
from mmengine.hooks import Hook
from mmengine.visualization import Visualizer

from ..registry import HOOKS


@HOOKS.register_module()
class DomainPictures(Hook):
    """Takes the place of mmdet's ``DetVisualizationHook`` in a test of joined sets.

    That one draws on the file as it is, and a picture that is tested raw and enhanced has one name.
    Here truth (left) and detections (right) are drawn on the picture as it left the pipeline, at
    the size of its file, and saved as ``<work_dir>/<timestamp>/<test_out_dir>/<domain>/<name>``.
    The arguments are those that mmdet's ``tools/test.py`` sets for ``--show-dir`` and ``--show``.

    Args:
        draw: Draw at all.
        test_out_dir: Where pictures go; None: nowhere.
        show: Show each picture in a window.
        wait_time: Seconds that a window stays.
        score_thr: Detections below this score are left out.
    """

    def __init__(
        self,
        draw: bool = False,
        test_out_dir: str | None = None,
        show: bool = False,
        wait_time: float = 0.0,
        score_thr: float = 0.3,
    ):
        self.draw = draw
        self.test_out_dir = test_out_dir
        self.show = show
        self.wait_time = wait_time
        self.score_thr = score_thr

    def after_test_iter(self, runner, batch_idx: int, data_batch: dict, outputs) -> None:
        """Draw a batch: ``inputs`` ``(3, H, W)`` uint8 BGR each."""
        if not self.draw:
            return
        visualizer = Visualizer.get_current_instance()
        for image, sample in zip(data_batch['inputs'], outputs, strict=True):
            file = None
            if self.test_out_dir is not None:
                folder = Path(runner.work_dir, runner.timestamp, self.test_out_dir, sample.domain)
                file = str(folder / Path(sample.img_path).name)
            visualizer.add_datasample(
                sample.domain,
                seen(image, sample),
                sample,
                show=self.show,
                wait_time=self.wait_time,
                pred_score_thr=self.score_thr,
                out_file=file,
            )


def seen(image, sample):
    """Give ``image`` ``(3, H, W)`` uint8 BGR, less padding, at its file's size: ``(h, w, 3)`` RGB."""
    height, width = sample.img_shape[:2]
    picture = image[:, :height, :width].permute(1, 2, 0).numpy()
    return mmcv.imresize(mmcv.bgr2rgb(picture), sample.ori_shape[1::-1])
