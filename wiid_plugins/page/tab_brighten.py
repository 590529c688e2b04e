"""The tab that brightens photos and clips."""

from pathlib import Path
from typing import Any

import cv2
import gradio as gr

from ..images import SUFFIXES as IMAGES
from ..media import SUFFIXES as CLIPS
from .night import PHOTOS, darken_by, photo
from .relit import METHODS, Brightening
from .told import told

DARK = {'coffee': 6.0, 'chelsea': 7.0, 'rocket': 5.0}  # stops
CLICK = "() => setTimeout(() => document.querySelector('#made').click(), 300)"


def add_brighten_tab(blocks: gr.Blocks, brightening: Brightening, folder: Path) -> None:
    """Lay it out and wire it.

    Args:
        blocks: The page.
        brightening: What does the work.
        folder: Where files go, those of the examples too.
    """
    examples = _examples(folder)
    given, method = gr.State(), gr.State('procedural')
    with gr.Row():
        with gr.Column(scale=2):
            kinds = sorted(IMAGES | CLIPS)
            file = gr.File(label='A dark photo or clip of yours', file_types=kinds, height=170)
            gallery = gr.Gallery(
                examples,
                label='or one of these',
                columns=3,
                show_label=False,
                object_fit='cover',
                allow_preview=False,
                buttons=[],
                elem_id='dark-examples',
            )
            if len(brightening.methods) > 1:
                choices = [(METHODS[name], name) for name in brightening.methods]
                method = gr.Radio(choices, value='procedural', label='Method')
            target = gr.Slider(
                0.1,
                0.7,
                0.4,
                step=0.02,
                label='Brightness',
                info='mean grey aimed at; the project trains and tests with 0.4',
                elem_id='brightness',
            )
            button = gr.Button('Download the result', variant='primary', elem_id='download')
            made = gr.DownloadButton('made', elem_id='made', elem_classes='unseen')
        with gr.Column(scale=3):
            slider = gr.ImageSlider(
                label='before | after',
                type='numpy',
                interactive=False,
                buttons=['fullscreen'],
                elem_id='before-after',
            )
            video = gr.Video(label='the clip, brightened', visible=False, elem_id='clip')
    show = told(brightening.preview)
    chosen: dict[str, Any] = dict(fn=show, inputs=[given, method, target], outputs=slider)
    hide = dict(fn=lambda: gr.Video(value=None, visible=False), outputs=video)
    light = dict(concurrency_id='light', concurrency_limit=1)
    file.upload(told(brightening.give), file, given, **light).success(**chosen).then(**hide)
    _on_choice(gallery, brightening, examples, given, light).success(**chosen).then(**hide)
    blocks.load(lambda: brightening.give(examples[0]), None, given, **light).success(**chosen)
    live = dict(show_progress='hidden', trigger_mode='always_last', **light)
    for part in (target, method) if len(brightening.methods) > 1 else (target,):
        part.change(**chosen, **live).then(**hide)
    _wire_download(button, made, video, brightening, folder, [given, method, target])


def _on_choice(
    gallery: gr.Gallery, brightening: Brightening, examples: list, given: Any, light: dict
):
    def choose(event: gr.SelectData):
        return brightening.give(examples[event.index])

    return gallery.select(choose, None, given, **light)


def _wire_download(
    button: gr.Button,
    made: gr.DownloadButton,
    video: gr.Video,
    brightening: Brightening,
    folder: Path,
    inputs: list,
) -> None:
    @told
    def make(given, method, target, progress=gr.Progress()):  # noqa: B008  (how Gradio has it)
        if given is None:
            raise gr.Error('give a photo or a clip first', print_exception=False)
        name = f'{given.path.stem}_brightened'
        path = brightening.make(given, method, target, folder, lambda share: progress(share, name))
        shown = gr.Video(value=path, visible=True) if given.clip else gr.Video(visible=False)
        return gr.DownloadButton(value=path), shown

    done = button.click(make, inputs, [made, video], concurrency_id='light', concurrency_limit=1)
    done.success(None, js=CLICK)


def _examples(folder: Path) -> list[Path]:
    """Write scikit-image's photos, darkened, and give their paths."""
    made = []
    for name in PHOTOS:
        path = folder / f'dark_{name}.png'
        dark = darken_by(photo(name), DARK[name])
        cv2.imwrite(str(path), cv2.cvtColor(dark, cv2.COLOR_RGB2BGR))
        made.append(path)
    return made
