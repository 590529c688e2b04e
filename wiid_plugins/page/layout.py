"""The page as a whole."""

from collections.abc import Sequence
from pathlib import Path

import gradio as gr

from .models import Model
from .recognise import Recognition
from .relit import Brightening
from .tab_brighten import add_brighten_tab
from .tab_recognise import add_recognise_tab
from .tab_report import add_report_tab

HEAD = """# See in the dark
Brighten a night photo, and watch where recognition fails as the light goes. All of it runs on this
machine."""
KEPT = 3600  # seconds that an upload stays


def build_page(
    models: Sequence[Model], brightening: Brightening, report: Path, folder: Path
) -> gr.Blocks:
    """Build it.

    Args:
        models: That recognise.
        brightening: What brightens.
        report: A night report, which may not be there.
        folder: Where files go that it makes.
    """
    with gr.Blocks(
        title='WiiD: see in the dark', analytics_enabled=False, delete_cache=(KEPT, KEPT)
    ) as blocks:
        gr.Markdown(HEAD, elem_classes='headline')
        with gr.Tabs():
            with gr.Tab('Brighten', id='brighten'):
                add_brighten_tab(blocks, brightening, folder)
            with gr.Tab('Recognise', id='recognise'):
                add_recognise_tab(blocks, Recognition(models))
            with gr.Tab('Report', id='report'):
                add_report_tab(report)
    return blocks
