"""The command ``wiid``: ``wiid NAME ...`` runs tools/NAME.py, ``wiid prepare NAME ...`` one in there.

The tools are found by listing their folder, so a new one needs no entry here.
"""

import ast
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType

from . import __version__
from .shipped import HOME, PREFIX, config

TOOLS = HOME / 'tools'
USAGE = f"""usage: wiid COMMAND ...

'wiid COMMAND --help' shows the options of a command. Where a command takes a config, the file can
also be one that comes along: {PREFIX}cls/NAME.py
"""


def find_tools(folder: Path = TOOLS) -> dict[str, Path]:
    """Find the scripts of a folder, in its subfolders too: ``{'prepare codan': path, ...}``.

    A script is what does something when it is run; other modules and hidden folders are left out.
    """
    found = {}
    for file in sorted(folder.rglob('*.py')):
        words = file.relative_to(folder).with_suffix('').parts
        hidden = any(word.startswith(('_', '.')) for word in words)
        if not hidden and "if __name__ == '__main__':" in file.read_text(encoding='utf-8'):
            found[' '.join(words)] = file
    return found


def overview(tools: dict[str, Path]) -> str:
    """List tools with the first line of their docstrings."""
    width = max(map(len, tools), default=0)
    lines = []
    for name, file in sorted(tools.items(), key=lambda tool: (' ' in tool[0], tool[0])):
        text = ast.get_docstring(ast.parse(file.read_text(encoding='utf-8'))) or ''
        lines.append(f'  {name:{width}}  {text.partition(chr(10))[0]}'.rstrip())
    return '\n'.join(lines)


def choose(tools: dict[str, Path], arguments: Sequence[str]) -> tuple[str, list[str]]:
    """Split a command line into the name of a tool and the arguments that are left for it.

    Raises:
        SystemExit: If there is no such tool, with the names that are near; with a list, if only the
            folder of some tools is named.
    """
    words = [argument.replace('-', '_') for argument in arguments]
    for length in (2, 1):
        name = ' '.join(words[:length])
        if name in tools:
            return name, list(arguments[length:])
    group = {name: file for name, file in tools.items() if name.startswith(f'{words[0]} ')}
    if group and (len(words) == 1 or arguments[1] in ('-h', '--help')):
        print(f'usage: wiid {words[0]} NAME ...\n\n{overview(group)}')
        sys.exit()
    asked = ' '.join(words[: 2 if group else 1])
    near = get_close_matches(asked, group or tools, cutoff=0.5)
    hint = f'did you mean {" or ".join(near)}?' if near else "'wiid --help' lists all"
    sys.exit(f'wiid: there is no command {asked}; {hint}')


def run(name: str, tool: Path, arguments: Sequence[str]) -> None:
    """Run a tool as ``python tools/NAME.py`` would, but by the name that its help is to show."""
    main = ModuleType('__main__')
    main.__file__ = str(tool)
    sys.modules['__main__'] = main
    sys.argv = [f'wiid {name}', *arguments]
    sys.path.insert(0, str(tool.parent))
    exec(compile(tool.read_bytes(), str(tool), 'exec'), vars(main))


def main() -> None:
    """Run the command line.

    Raises:
        SystemExit: With the exit status of the tool, or with a sentence.
    """
    arguments, tools = sys.argv[1:], find_tools()
    if not arguments or arguments[0] in ('-h', '--help', 'help'):
        print(f'{USAGE}\n{overview(tools)}')
    elif arguments[0] in ('-V', '--version'):
        print(f'wiid_plugins {__version__}, {Path(__file__).parent}')
    else:
        name, rest = choose(tools, arguments)
        try:
            rest = [config(a) if a.startswith(PREFIX) else a for a in rest]
        except FileNotFoundError as error:
            sys.exit(f'error: {error}')
        run(name, tools[name], rest)


if __name__ == '__main__':
    main()
