"""The tab that brightens photos and clips."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import gradio as gr

from ..images import SUFFIXES as IMAGES
from ..media import SUFFIXES as CLIPS
from .examples import photo
from .night import darken_by
from .parts import file_box, pictures
from .relit import METHODS, Brightening, Given
from .told import told

DARK = {'coffee': 6.0, 'chelsea': 7.0, 'rocket': 5.0}  # photos of scikit-image, CC0 -> stops
CLICK = "() => setTimeout(() => document.querySelector('#made').click(), 300)"
ONCE: dict[str, Any] = dict(concurrency_id='light', concurrency_limit=1)


class Parts(NamedTuple):
    """What of the tab is wired."""

    file: gr.File
    gallery: gr.Gallery
    method: gr.Radio
    target: gr.Slider
    button: gr.Button
    made: gr.DownloadButton  # unseen: it is clicked when the file is there
    slider: gr.ImageSlider
    video: gr.Video


def add_brighten_tab(blocks: gr.Blocks, brightening: Brightening, folder: Path) -> None:
    """Lay it out and wire it.

    Args:
        blocks: The page.
        brightening: What does the work.
        folder: Where files go, those of the examples too.
    """
    examples = _write_examples(folder)
    parts = _lay_out(examples, brightening.methods)
    given = gr.State()
    inputs = [given, parts.method, parts.target]

    def choose(event: gr.SelectData) -> Given:
        return brightening.give(examples[event.index])

    def begin() -> Given:
        return brightening.give(examples[0])

    show: dict[str, Any] = dict(fn=told(brightening.preview), inputs=inputs, outputs=parts.slider)
    hide: dict[str, Any] = dict(fn=lambda: gr.Video(None, visible=False), outputs=parts.video)
    for start in (
        parts.file.upload(told(brightening.give), parts.file, given, **ONCE),
        parts.gallery.select(choose, None, given, **ONCE),
        blocks.load(begin, None, given, **ONCE),
    ):
        start.success(**show, **ONCE).then(**hide)
    for part in (parts.method, parts.target):
        live = part.change(**show, **ONCE, show_progress='hidden', trigger_mode='always_last')
        live.then(**hide)
    _wire_download(parts, brightening, folder, inputs)


def _lay_out(examples: Sequence[Path], methods: Sequence[str]) -> Parts:
    with gr.Row():
        with gr.Column(scale=2, min_width=260):
            file = file_box('A dark photo or clip of yours', IMAGES | CLIPS, 'dark-file')
            gallery = pictures(list(examples), 'dark-examples')
            choices = [(METHODS[name], name) for name in methods]
            method = gr.Radio(choices, value=methods[0], label='Method', visible=len(methods) > 1)
            about = 'mean grey of the curve; the project trains and tests with 0.4'
            target = gr.Slider(
                0.1, 0.7, 0.4, step=0.02, label='Brightness', info=about, elem_id='brightness'
            )
            button = gr.Button('Download the result', variant='primary', elem_id='download')
            made = gr.DownloadButton('made', elem_id='made', elem_classes='unseen')
        with gr.Column(scale=3, min_width=260):
            slider = gr.ImageSlider(
                label='before | after',
                type='numpy',
                interactive=False,
                buttons=['fullscreen'],
                elem_id='before-after',
            )
            video = gr.Video(label='the clip, brightened', visible=False, elem_id='clip')
    return Parts(file, gallery, method, target, button, made, slider, video)


def _wire_download(parts: Parts, brightening: Brightening, folder: Path, inputs: list) -> None:
    @told
    def make(given, method, target, progress=gr.Progress()):  # noqa: B008  (how Gradio has it)
        own = Path(tempfile.mkdtemp(dir=folder))  # two visitors may have files of one name
        path = brightening.make(given, method, target, own, progress)
        shown = gr.Video(path, visible=True) if given.clip else gr.Video(None, visible=False)
        return gr.DownloadButton(value=path), shown

    done = parts.button.click(make, inputs, [parts.made, parts.video], **ONCE)
    done.success(None, js=CLICK)


def _write_examples(folder: Path) -> list[Path]:
    """Write scikit-image's photos, darkened, and give their paths."""
    made = []
    for name, stops in DARK.items():
        path = folder / f'dark_{name}.png'
        dark = darken_by(photo(name), stops)
        cv2.imwrite(str(path), cv2.cvtColor(dark, cv2.COLOR_RGB2BGR))
        made.append(path)
    return made
