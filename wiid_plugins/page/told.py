"""What a visitor is told where something is refused."""

import functools
from collections.abc import Callable
from typing import Any

import gradio as gr

from .uploads import RefusedUpload

SECONDS = 12  # that the message stays


def told(work: Callable[..., Any]) -> Callable[..., Any]:
    """Show a refusal as a message on the page, without a traceback in the terminal."""

    @functools.wraps(work)
    def safe(*arguments: Any, **named: Any) -> Any:
        try:
            return work(*arguments, **named)
        except RefusedUpload as error:
            raise gr.Error(str(error), duration=SECONDS, print_exception=False) from None

    return safe
