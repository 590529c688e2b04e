"""Serve the page: on this machine alone, unless asked otherwise, and without the network."""

import socket
from pathlib import Path
from typing import Any

import gradio as gr
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Route

from .look import CSS, theme
from .tab_report import ROUTE
from .uploads import MOST_BYTES

# The browser fetches from this server alone, whatever the page or a report asks for.
POLICY = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:"


class OwnServerOnly:
    """Send the policy with every answer."""

    def __init__(self, app: Any):
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer."""

        async def with_policy(message: Any) -> None:
            if message['type'] == 'http.response.start':
                MutableHeaders(scope=message)['Content-Security-Policy'] = POLICY
            await send(message)

        await self.app(scope, receive, with_policy)


def check_port(host: str, port: int) -> None:
    """Refuse an address that cannot be served at.

    Raises:
        OSError: If so; the message says what to do.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except (OSError, OverflowError) as error:
        reason = getattr(error, 'strerror', None) or error
        raise OSError(
            f'{host}:{port} cannot be served at ({reason}); take another, as --port {port % 60000 + 1}'
        ) from None


def serve(blocks: gr.Blocks, report: Path, host: str, port: int, share: bool) -> None:
    """Serve in threads of its own, and print the address."""

    def answer(_: Request) -> FileResponse:
        return FileResponse(report, media_type='text/html')

    extra = dict(middleware=[Middleware(OwnServerOnly)], routes=[Route(f'/{ROUTE}', answer)])
    blocks.launch(
        server_name=host,
        server_port=port,
        share=share,
        quiet=True,
        prevent_thread_lock=True,
        max_file_size=MOST_BYTES,
        ssr_mode=False,
        footer_links=[],
        theme=theme(),
        css=CSS,
        app_kwargs=extra,
    )
    for address in filter(None, (blocks.local_url, blocks.share_url)):
        print(f'{address}  (Ctrl+C ends it)', flush=True)
