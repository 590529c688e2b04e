import os
import subprocess
import sys
from pathlib import Path


def test_a_set_in_a_config_is_equal_to_itself_in_another_process(tmp_path):
    text = "keys = {'a', 'bc', 'd', 'ef'}\nmore = [frozenset('wxyz')]"
    (tmp_path / 'some.py').write_text(text)
    code = 'from wiid_plugins.comparing import digest as d; '
    code += 'print(d.take("some.py", [], d.Path())["config"])'
    paths = os.pathsep.join([str(Path(__file__).parents[2]), str(tmp_path)])
    found = {
        subprocess.run(
            [sys.executable, '-c', code],
            cwd=tmp_path,
            env={**os.environ, 'PYTHONHASHSEED': seed, 'PYTHONPATH': paths},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ('1', '2', '3')
    }
    assert len(found) == 1
