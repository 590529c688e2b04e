"""The tab that recognises a photo, from day to night."""

from typing import Any

import gradio as gr

from ..images import SUFFIXES as IMAGES
from .night import MOST_STOPS, PHOTOS, photo, smaller
from .recognise import TITLES, Recognition
from .told import told

THUMB = 240  # px


def add_recognise_tab(blocks: gr.Blocks, recognition: Recognition) -> None:
    """Lay it out and wire it.

    Args:
        blocks: The page.
        recognition: What does the work.
    """
    names = list(PHOTOS)
    subject = gr.State()
    with gr.Row():
        with gr.Column(scale=2):
            file = gr.File(
                label='A photo of yours, by day or dark',
                file_types=sorted(IMAGES),
                height=170,
                elem_id='photo',
            )
            gallery = gr.Gallery(
                [smaller(photo(name), THUMB) for name in names],
                label='or one of these',
                columns=3,
                show_label=False,
                object_fit='cover',
                allow_preview=False,
                buttons=[],
                elem_id='examples',
            )
            stops = gr.Slider(
                0,
                MOST_STOPS,
                PHOTOS[names[0]],
                step=0.5,
                label='Darkness',
                elem_id='darkness',
                info='stops of light taken away: each halves it; 0 is the photo as it came',
            )
        with gr.Column(scale=3):
            with gr.Row(elem_classes='pair'):
                pictures = [
                    gr.Image(label=t, interactive=False, buttons=[], min_width=120, height=260)
                    for t in TITLES
                ]
            answers = gr.HTML(elem_id='answers')
    with gr.Accordion('From day to night: how sure each model stays', open=True):
        curves = gr.HTML(elem_id='curves')
    said: dict[str, Any] = dict(
        fn=recognition, inputs=[subject, stops], outputs=[*pictures, answers]
    )
    drawn: dict[str, Any] = dict(fn=recognition.curves, inputs=subject, outputs=curves)
    once = dict(concurrency_id='models', concurrency_limit=1)

    def begin(event: gr.SelectData):
        name = names[event.index]
        return recognition.example(name), PHOTOS[name]

    def given(path: str):
        return recognition.upload(path), 0

    def opened():
        return recognition.example(names[0])

    for start in (
        file.upload(told(given), file, [subject, stops], **once),
        gallery.select(begin, None, [subject, stops], **once),
        blocks.load(opened, None, subject, **once),
    ):
        start.success(**said, **once).success(**drawn, **once)
    stops.input(**said, **once, show_progress='hidden', trigger_mode='always_last')
