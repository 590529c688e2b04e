"""How a checkpoint was brightened for, read off the text of its config without running it."""

import ast
from pathlib import Path
from typing import Any

from ..compat import load_local

STEP = 'wiid_plugins.Enhance'


def advice(path: Path) -> str:
    """Say that a plain model wants brightened images, and how.

    Args:
        path: A checkpoint that :func:`.plain.export_file` has written.
    """
    text = '' if path.suffix == '.pt' else load_local(str(path), 'cpu').get('meta', {}).get('cfg')
    how = find_step(text or '')
    options = '' if how is None else ''.join(f' {k}={v}' for k, v in how.items()) or ' procedural'
    known = f', as in training ({options.strip()})' if options else ''
    return (
        f'it wants dark images brightened first{known}: tools/enhance.py does it to files, '
        'tools/export_onnx.py puts it into the model'
    )


def find_step(text: str) -> dict[str, Any] | None:
    """Find the options of the brightening in the Python text of a composed config; None: not there."""
    try:
        calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
        for call in calls:
            step = {k.arg or '': k.value for k in call.keywords}
            kind = step.pop('type', None)
            if isinstance(kind, ast.Constant) and kind.value == STEP:
                return {k: ast.literal_eval(v) for k, v in step.items() if k != 'key'}
    except (SyntaxError, ValueError):
        pass
    return None
