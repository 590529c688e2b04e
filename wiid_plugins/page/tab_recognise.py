"""The tab that recognises a photo, from day to night."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import gradio as gr

from ..images import SUFFIXES as IMAGES
from .examples import Example, find_examples
from .night import MOST_STOPS, smaller
from .parts import file_box, pictures
from .recognise import TITLES, Recognition, Subject
from .told import told

THUMB = 240  # px
ONCE: dict[str, Any] = dict(concurrency_id='models', concurrency_limit=1)


class Parts(NamedTuple):
    """What of the tab is wired."""

    file: gr.File
    gallery: gr.Gallery
    stops: gr.Slider
    seen: list[gr.Image]
    answers: gr.HTML
    curves: gr.HTML


def add_recognise_tab(blocks: gr.Blocks, recognition: Recognition) -> None:
    """Lay it out and wire it.

    Args:
        blocks: The page.
        recognition: What does the work.
    """
    examples = find_examples()
    parts = _lay_out(examples)
    subject = gr.State()

    def choose(event: gr.SelectData) -> tuple[Subject, float]:
        chosen = examples[event.index]
        return recognition.subject(chosen.pixels), chosen.stops

    def take(path: str) -> tuple[Subject, float]:
        return recognition.upload(path), 0

    def begin() -> tuple[Subject, float]:
        return recognition.subject(examples[0].pixels), examples[0].stops

    say: dict[str, Any] = dict(
        fn=recognition, inputs=[subject, parts.stops], outputs=[*parts.seen, parts.answers]
    )
    draw: dict[str, Any] = dict(fn=recognition.curves, inputs=subject, outputs=parts.curves)
    both = [subject, parts.stops]
    for start in (
        parts.file.upload(told(take), parts.file, both, **ONCE),
        parts.gallery.select(choose, None, both, **ONCE),
        blocks.load(begin, None, both, **ONCE),
    ):
        start.success(**say, **ONCE).success(**draw, **ONCE)
    parts.stops.input(**say, **ONCE, show_progress='hidden', trigger_mode='always_last')


def _lay_out(examples: Sequence[Example]) -> Parts:
    with gr.Row():
        with gr.Column(scale=2, min_width=260):
            file = file_box('A photo of yours, by day or dark', IMAGES, 'photo')
            thumbs = [(smaller(each.pixels, THUMB), each.name) for each in examples]
            gallery = pictures(thumbs, 'examples')
            about = 'stops of light taken away: each halves it; 0 is the photo as it came'
            stops = gr.Slider(
                0, MOST_STOPS, step=0.5, label='Darkness', info=about, elem_id='darkness'
            )
        with gr.Column(scale=3, min_width=260):
            with gr.Row(elem_classes='pair'):
                seen = [
                    gr.Image(label=title, interactive=False, buttons=[], min_width=120)
                    for title in TITLES
                ]
            answers = gr.HTML(elem_id='answers')
    with gr.Accordion('From day to night: how sure each model stays of its first answer'):
        curves = gr.HTML(elem_id='curves')
    return Parts(file, gallery, stops, seen, answers, curves)
