"""The command ``wiid`` finds the tools, and runs one as Python would."""

import subprocess
import sys
from pathlib import Path

import pytest

from wiid_plugins import cli

ROOT = Path(__file__).resolve().parents[1]
TOOL = """
import sys
from beside import number

if __name__ == '__main__':
    assert sys.modules['__main__'].number == 7 and __file__.endswith('tool.py')
    print(sys.argv)
    sys.exit(number)
"""


def test_what_is_run_is_listed_and_other_modules_are_not(tmp_path):
    (tmp_path / 'set').mkdir()
    for name in ('new.py', '_part.py', 'set/one.py', 'set/__init__.py'):
        (tmp_path / name).write_text(
            '"""Do it.\n\nAt length."""\nif __name__ == \'__main__\':\n    1\n'
        )
    (tmp_path / 'set/common.py').write_text('"""Shared."""\n')
    tools = cli.find_tools(tmp_path)
    assert tools == {'new': tmp_path / 'new.py', 'set one': tmp_path / 'set/one.py'}
    assert cli.overview(tools) == '  new      Do it.\n  set one  Do it.'


def test_every_tool_has_a_line_in_the_list():
    for line in cli.overview(cli.find_tools()).splitlines():
        assert len(line.split()) > 4, line


@pytest.mark.parametrize(
    'words, tool, rest',
    [
        (['browse-pairs', '--out', 'a-b'], 'tools/browse_pairs.py', ['--out', 'a-b']),
        (['browse_pairs'], 'tools/browse_pairs.py', []),
        (['prepare', 'gtsrb-scenes', 'x'], 'tools/prepare/gtsrb_scenes.py', ['x']),
    ],
)
def test_dashes_and_underscores_name_a_tool(words, tool, rest):
    tools = cli.find_tools()
    name, left = cli.choose(tools, words)
    assert tools[name] == ROOT / tool and left == rest


@pytest.mark.parametrize(
    'words, told',
    [(['tran'], 'did you mean .*train'), (['prepare', 'kodan'], 'did you mean .*prepare codan')],
)
def test_a_command_that_is_not_there_is_told_with_near_names(words, told):
    with pytest.raises(SystemExit, match=told):
        cli.choose(cli.find_tools(), words)


def test_a_folder_of_tools_lists_them(capsys):
    with pytest.raises(SystemExit) as end:
        cli.choose(cli.find_tools(), ['prepare'])
    assert end.value.code is None and 'prepare codan' in capsys.readouterr().out


def test_a_tool_runs_as_a_script_of_its_folder(tmp_path):
    """Its ``__main__``, arguments, exit status, and what lies beside it."""
    (tmp_path / 'beside.py').write_text('number = 7\n')
    (tmp_path / 'tool.py').write_text(TOOL)
    code = (
        f'from wiid_plugins.cli import *; run("tool", Path({str(tmp_path)!r}, "tool.py"), ["-x"])'
    )
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stdout) == (7, "['wiid tool', '-x']\n"), done.stderr


def test_a_config_that_comes_along_is_an_argument(monkeypatch):
    called = []
    monkeypatch.setattr(cli, 'run', lambda *call: called.extend(call))
    name = 'wiid_plugins::_base_/wiid_cls.py'
    monkeypatch.setattr(sys, 'argv', ['wiid', 'train', name, '--amp'])
    cli.main()
    tools, configs = ROOT / 'tools', ROOT / 'configs'
    assert called == ['train', tools / 'train.py', [str(configs / '_base_/wiid_cls.py'), '--amp']]
    monkeypatch.setattr(sys, 'argv', ['wiid', 'train', 'wiid_plugins::_base_/wid_cls.py'])
    with pytest.raises(SystemExit, match='error: no config .*did you mean _base_/wiid_cls.py'):
        cli.main()
