"""Packages that do not fit together are told in a sentence with the mend."""

import subprocess
import sys
from importlib.metadata import PackageNotFoundError

import pytest

from wiid_plugins import environment

INSTALLED = {
    'torch': '2.11.0+cu130',
    'torchvision': '0.26.0',
    'mmengine': '0.10.7',
    'mmcv-lite': '2.1.0',
}


@pytest.fixture
def install(monkeypatch):
    """Make it look as if other versions were installed; None takes a package away."""

    def pretend(**changes):
        found = INSTALLED | {name.replace('_', '-'): v for name, v in changes.items()}

        def version(name):
            if found.get(name) is None:
                raise PackageNotFoundError(name)
            return found[name]

        monkeypatch.setattr(environment, 'version', version)
        monkeypatch.setattr(environment, 'requires', lambda name: ['numpy', 'torch==2.11.0'])

    return pretend


def test_what_is_installed_here_fits():
    assert environment.find_fault() is None


@pytest.mark.parametrize(
    'changes',
    [{}, {'mmcv': '2.1.0'}, {'mmcv': '2.1.0', 'mmcv_lite': None}, {'torch': '2.11.0+cpu'}],
)
def test_combinations_that_work_pass(install, changes):
    install(**changes)
    assert environment.find_fault() is None


@pytest.mark.parametrize(
    'changes, words',
    [
        ({'torch': None}, ['torch', '>=2.6', 'none', 'make setup']),
        ({'torch': '2.4.1'}, ['torch', '>=2.6', '2.4.1', 'make setup']),
        ({'mmengine': '0.9.0'}, ['mmengine', '0.9.0', 'make setup']),
        ({'torchvision': None}, ['torchvision', 'pip install torchvision']),
        (
            {'torch': '2.13.0+cpu'},
            ['torchvision 0.26.0', '==2.11.0', 'torch 2.13.0', 'pip install'],
        ),
        ({'mmcv_lite': None}, ['mmcv', 'none', 'pip install mmcv-lite==2.1.0']),
        ({'mmcv_lite': '2.2.0'}, ['mmcv', '2.2.0', 'pip install mmcv-lite==2.1.0']),
        ({'mmcv_lite': None, 'mmcv': '2.2.0'}, ['2.2.0', 'pip install mmcv==2.1.0']),
        ({'mmcv': '2.2.0'}, ['mmcv 2.2.0', 'mmcv-lite 2.1.0', 'one folder', 'pip uninstall']),
    ],
)
def test_what_does_not_fit_is_named_with_the_mend(install, changes, words):
    install(**changes)
    with pytest.raises(ImportError) as error:
        environment.check()
    assert [w for w in words if w not in str(error.value)] == []


def test_a_command_ends_with_the_sentence_and_no_traceback():
    break_it = "import importlib.metadata as m, runpy; m.version = lambda name: '1.0'; "
    run = "import sys; sys.argv[0] = 'tools/train.py'; runpy.run_path('tools/train.py')"
    done = subprocess.run([sys.executable, '-c', break_it + run], capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr.count('\n') == 1
    assert done.stderr.startswith('error: wiid_plugins needs torch >=2.6, found 1.0; ')
