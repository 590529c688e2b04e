"""The tab that shows a night report."""

from pathlib import Path

import gradio as gr

STANDARD = Path('work_dirs/night_report/report.html')
ROUTE = 'night-report'
HOW = (
    'There is no night report yet. `python tools/night_report.py CONFIG CHECKPOINT` makes one, at '
    f'`{STANDARD}`, and `--report FILE` shows another.'
)


def add_report_tab(report: Path) -> None:
    """Show a report in a frame of its own, or say how to make one."""
    if report.is_file():
        gr.HTML(
            f'<iframe id="report" src="{ROUTE}" sandbox="allow-scripts" title="report"></iframe>'
        )
    else:
        gr.Markdown(HOW)
