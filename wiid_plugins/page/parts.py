"""Parts that two tabs have: a box for a file, and pictures to click on."""

from collections.abc import Iterable

import gradio as gr


def file_box(label: str, suffixes: Iterable[str], name: str) -> gr.File:
    """Make a box that a file is dropped on; ``name`` is its id on the page."""
    return gr.File(label=label, file_types=sorted(suffixes), height=170, elem_id=name)


def pictures(items: list, name: str) -> gr.Gallery:
    """Show images, three in a row, of which one can be chosen; ``name`` is their id on the page."""
    return gr.Gallery(
        items,
        label='or one of these',
        show_label=False,
        columns=3,
        object_fit='cover',
        allow_preview=False,
        buttons=[],
        elem_id=name,
        elem_classes='examples',
    )
