"""Predict on anything, with a model of any of the four toolboxes."""

import logging
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.config import Config
from mmengine.logging import print_log

from ..images import as_bytes
from ..relight.ahead import ahead
from .device import choose_device
from .lift import Lift, brightened, brightness_of, build_lift
from .mmlab import MMLabModel
from .results import Prediction, Prepared
from .sources import Item, find_items
from .stock import enhancement_of, read_composed

THREADS = 2  # that read and prepare while the model runs


class Predictor:
    """Predict with a config and a checkpoint of it.

    ::

        predict = wiid_plugins.Predictor('configs/cls/NAME.py', 'epoch_8.pth')
        for found in predict(['a.jpg', 'night.mp4']):
            print(found.source, found.time, found.labels[0].name, found.enhanced)

    Images are prepared as the config's test set is. Images of more than 8 bits and camera RAW are
    brightened before they are cut to 8.

    Args:
        config: Path of a config with or without the block ``wiid``, or a composed one.
        checkpoint: Of a training by it, paired or plain; None: ``load_from`` of the config, of
            Ultralytics ``pretrained``.
        device: ``'auto'`` (a GPU if there is one), ``'cpu'``, ``'cuda'``, ``'cuda:1'``.
        enhance: ``'auto'`` brightens what is dark, by the method of the config's test set; True
            brightens all, as the test sets ``*_enhanced`` do, and False nothing. A dict names another
            method for what is dark, as ``dict(method='zero-dce', weights='FILE')``.
        batch: Images of one shape that go through the model together at most.
        top: Best classes that are given of an image or clip.
        threshold: Detections below this score are left out.
        options: Changes to the config, as ``--cfg-options``.

    Attributes:
        names: Of the classes.
        whole_clips: Whether it recognizes clips; otherwise it sees images and the frames of clips.

    Raises:
        FileNotFoundError: If the config or the checkpoint is not there.
        pickle.UnpicklingError: If the checkpoint holds what may not be in it.
        ValueError: If they do not fit together, or an argument is wrong.
    """

    def __init__(
        self,
        config: str | Path | Config,
        checkpoint: str | Path | None = None,
        device: str = 'auto',
        enhance: Any = 'auto',
        batch: int = 8,
        top: int = 5,
        threshold: float = 0.3,
        options: dict | None = None,
    ):
        device = choose_device(device)
        cfg = read_composed(config, options)
        self.lift = build_lift(enhance, enhancement_of(cfg))
        self.batch = batch
        if cfg.default_scope == 'ultralytics':
            from ..yolo.predicting import YoloModel  # optional, and AGPL-3.0

            self.model: Any = YoloModel(cfg, checkpoint, device, threshold)
        else:
            self.model = MMLabModel(cfg, checkpoint, device, top, threshold)
        self.names: tuple[str, ...] = self.model.names
        self.whole_clips: bool = self.model.whole_clips

    def __call__(self, inputs: Any, every: int = 1) -> list[Prediction]:
        """Predict on all inputs; see :meth:`stream`."""
        return list(self.stream(inputs, every))

    def stream(self, inputs: Any, every: int = 1, images: bool = False) -> Iterator[Prediction]:
        """Predict on one input after the other; memory does not grow with their number.

        Args:
            inputs: A path, a folder, a pattern as ``'night/*.jpg'``, the number of a camera, the
                address of a stream, an image, or a list or generator of these. Images in memory are
                arrays ``(H, W, 3)`` BGR, as OpenCV reads them, or tensors ``(3, H, W)`` RGB, uint8 or
                floats in [0, 1], or PIL images. Recognizers take clips.
            every: Take every so many frames of clips, cameras and streams.
            images: Keep each image in its prediction.

        Yields:
            Predictions in the order of the inputs. One that cannot be read has ``error``.

        Raises:
            FileNotFoundError: If a single path is not there, or a folder has nothing.
            OSError: If a camera or stream cannot be opened.
            TypeError: If something is nothing to predict on.
        """
        return self.on_items(find_items(inputs, self.whole_clips, every), images)

    def on_items(self, items: Iterable[Item], images: bool = False) -> Iterator[Prediction]:
        """Predict on what :func:`~wiid_plugins.apis.sources.find_items` gives."""
        pool = ThreadPoolExecutor(THREADS)
        try:
            for live, some in groupby(items, lambda item: item.live):
                if live:  # nothing waits for what is still to come
                    for item in some:
                        yield from self._predict([self._prepare(item, images)])
                    continue
                ready = ahead(pool, lambda i: self._prepare(i, images), some, self.batch + THREADS)
                for group in self._batches(ready):
                    yield from self._predict(group)
        finally:
            pool.shutdown(cancel_futures=True)

    def _prepare(self, item: Item, images: bool) -> tuple[Prediction, Prepared | None]:
        found = Prediction(item.source, frame=item.frame, time=item.time)
        try:
            read = item.read()
            prepared = self._lifted(read) if isinstance(read, np.ndarray) else self._clip(read)
        except Exception as error:  # whatever a damaged file leads its reader into
            reason = str(error) or type(error).__name__
            print_log(f'{item.source}: no prediction ({reason})', 'current', logging.WARNING)
            return replace(found, error=reason), None
        found = replace(
            found,
            size=prepared.size,
            brightness=prepared.brightness,
            enhanced=prepared.enhanced,
            image=read if images and not self.whole_clips else None,
        )
        return found, prepared

    def _clip(self, path: str) -> Prepared:
        return self.model.prepare(path, self.lift)

    def _lifted(self, image: np.ndarray) -> Prepared:
        """Prepare an image; one of more than 8 bits is brightened before it is cut to 8."""
        if image.dtype == np.uint8 or self.model.keeps_bits:
            return self.model.prepare(image, self.lift)
        bright = brightness_of(image, rgb=True)
        light = self.lift.light_for(bright)
        pixels = as_bytes(image) if light is None else brightened(image, light)
        prepared = self.model.prepare(pixels, Lift(None))
        return replace(prepared, brightness=bright, enhanced=light is not None)

    def _batches(
        self, ready: Iterable[tuple[Prediction, Prepared | None]]
    ) -> Iterator[list[tuple[Prediction, Prepared | None]]]:
        """Group what comes one after the other and has one shape."""
        group: list[tuple[Prediction, Prepared | None]] = []
        for one in ready:
            shapes = [prepared and prepared.shape for _, prepared in (*group[:1], one)]
            if group and (len(group) == self.batch or shapes[0] != shapes[1]):
                yield group
                group = []
            group.append(one)
        if group:
            yield group

    def _predict(self, group: list[tuple[Prediction, Prepared | None]]) -> Iterator[Prediction]:
        batch = [prepared for _, prepared in group if prepared is not None]
        if not batch:
            yield from (found for found, _ in group)
            return
        results = self.model.predict(batch)
        for (found, _), (labels, raw) in zip(group, results, strict=True):
            yield replace(found, labels=labels, raw=raw)
