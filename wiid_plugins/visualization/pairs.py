"""Show in the log what is trained on."""

from typing import Any

import torch
from mmengine.dist import master_only
from mmengine.hooks import Hook

from ..models.preprocessor import Drawn
from ..models.unwrapped import model_of
from ..registry import HOOKS
from .clips import strips
from .sheet import sheet, views


@HOOKS.register_module()
class PairsHook(Hook):
    """Add a sheet of the first batch, as ``tools/browse_pairs.py`` draws it, under ``pairs``.

    It goes to all backends of the visualizer. No random number of the training is used up.

    Args:
        pictures: Rows of the sheet.
        clips: Of a recognizer of clips.
        frames: Of a clip.
    """

    def __init__(self, pictures: int = 8, clips: int = 3, frames: int = 8):
        self.pictures, self.clips, self.frames = pictures, clips, frames
        self.drawn = False

    @master_only
    @torch.no_grad()
    def before_train_iter(self, runner, batch_idx: int, data_batch: dict | None = None) -> None:
        """Draw the first batch."""
        if self.drawn or data_batch is None:
            return
        self.drawn = True
        preprocessor = model_of(runner).data_preprocessor
        of_clips = data_batch['inputs'][0].ndim > 3
        count = self.clips if of_clips else self.pictures
        data = {key: values[:count] for key, values in data_batch.items()}
        devices = [torch.cuda.current_device()] if torch.cuda.is_available() else []
        with torch.random.fork_rng(devices):
            drawn = preprocessor.draw(preprocessor.cast_data(data))
        shown = views(preprocessor, data, on_cpu(drawn))
        picture = strips(shown, self.frames) if of_clips else sheet(shown)
        runner.visualizer.add_image('pairs', picture[..., ::-1], runner.iter)


def on_cpu(drawn: Drawn) -> Drawn:
    """Bring pictures and masks to the CPU."""
    moved: dict[str, Any] = {}
    for name, pictures in drawn._asdict().items():
        if isinstance(pictures, list):
            moved[name] = [picture.cpu() for picture in pictures]
        else:
            moved[name] = None if pictures is None else pictures.cpu()
    return Drawn(**moved)
