"""The package as it is installed: from the source archive to a wheel, and away from the checkout."""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from mmengine.config import Config

import wiid_plugins
from wiid_plugins.compat import mend_bases

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ('configs', 'tools', 'wiid_plugins', 'tests')
BASES = "_base_ = ['mmdet::retinanet/retinanet_r50_fpn_1x_coco.py', {}]\n"
BY_NAME = "'wiid_plugins::_base_/wiid_det.py'"
BY_PATH = "__import__('wiid_plugins').config('_base_/wiid_det.py')"


def python(*arguments, **options):
    command = [sys.executable, '-W', 'ignore', *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, **options)


def files(folder):
    """What lies below a folder, apart from what Python and the build put there."""
    found = {}
    for file in folder.rglob('*'):
        name = file.relative_to(folder)
        if file.is_file() and not {'__pycache__', '.mim'} & set(name.parts):
            found[name.as_posix()] = file.read_bytes()
    return found


@pytest.fixture(scope='module')
def site(tmp_path_factory):
    """A folder that the package is installed in, by way of the source archive and the wheel."""
    work = tmp_path_factory.mktemp('package')
    for folder in FOLDERS:
        ignored = shutil.ignore_patterns('__pycache__', '*.egg-info')
        shutil.copytree(ROOT / folder, work / 'source' / folder, ignore=ignored)
    for file in ROOT.iterdir():
        if file.is_file():
            shutil.copy(file, work / 'source')
    build = f'from setuptools import build_meta; build_meta.build_sdist({str(work)!r})'
    pip = ('-m', 'pip', '--disable-pip-version-check')
    wheel = ('wheel', '--no-deps', '--no-build-isolation', '--no-index', '-w', work)
    steps = [
        lambda: python('-c', build, cwd=work / 'source'),
        lambda: python(*pip, *wheel, *work.glob('*.tar.gz')),
        lambda: python(
            *pip,
            'install',
            '--no-deps',
            '--no-index',
            '--target',
            work / 'site',
            *work.glob('*.whl'),
        ),
    ]
    for step in steps:
        done = step()
        assert done.returncode == 0, done.stdout + done.stderr
    return work / 'site'


@pytest.fixture
def call(site, tmp_path):
    """Call Python with the installed package, in an empty folder."""

    def run(*arguments):
        return python(*arguments, cwd=tmp_path, env={**os.environ, 'PYTHONPATH': str(site)})

    return run


@pytest.mark.parametrize('folder', ['configs', 'tools'])
def test_the_package_holds_all_configs_and_tools(site, folder):
    assert files(site / 'wiid_plugins/.mim' / folder) == files(ROOT / folder)


def test_nothing_but_the_package_is_installed_and_all_of_it(site):
    assert {p.name for p in site.iterdir() if p.suffix != '.dist-info'} == {'bin', 'wiid_plugins'}
    assert files(site / 'wiid_plugins') == files(ROOT / 'wiid_plugins')


@pytest.mark.parametrize('base', [BY_NAME, BY_PATH])
def test_bases_of_a_toolbox_and_of_this_package_in_one_config(call, tmp_path, site, base):
    (tmp_path / 'mine.py').write_text(BASES.format(base))
    code = (
        f'{"import wiid_plugins" if base == BY_NAME else ""}\n'
        'from mmengine.config import Config\n'
        'config = Config.fromfile("mine.py")\n'
        'print(config.model.type, config.wiid.task, "_scope_" in config.wiid)\n'
        'import wiid_plugins; print(wiid_plugins.__file__)'
    )
    done = call('-c', code)
    assert done.returncode == 0, done.stderr
    *found, file = done.stdout.split()
    assert found == ['RetinaNet', 'det', 'False']
    assert Path(file).is_relative_to(site)


def test_a_toolboxs_own_launcher_reads_such_a_config(call, tmp_path):
    """It reads the config before it imports anything of ours; the Runner is to be the first to mind."""
    (tmp_path / 'mine.py').write_text(BASES.format(BY_PATH) + "work_dir = '.'\ntrain_cfg = None\n")
    script = Path(find_spec('mmdet').origin).parent / '.mim/tools/train.py'
    done = call(script, 'mine.py')
    assert 'train_cfg, and optim_wrapper should be either all None' in done.stderr, done.stderr


def test_the_command_lists_tools_and_runs_them(call, site):
    done = call(site / 'bin/wiid')
    assert done.returncode == 0, done.stderr
    assert {'train', 'test', 'enhance', 'darken'} <= {
        s.split()[0] for s in done.stdout.split('\n  ')
    }
    shown = call('-m', 'wiid_plugins.cli', 'compare', '--help')
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith('usage: wiid compare ')
    made = call('-m', 'wiid_plugins.cli', 'prepare', 'codan', 'none', 'result')
    assert made.returncode == 1 and 'not found in none' in made.stderr, made.stderr


def test_a_config_is_found_in_a_checkout_and_near_names_are_told():
    file = Path(wiid_plugins.config('_base_/wiid_det.py'))
    assert file == ROOT / 'configs/_base_/wiid_det.py'
    assert wiid_plugins.config('wiid_plugins::_base_/wiid_det.py') == str(file)
    with pytest.raises(FileNotFoundError, match='did you mean .*_base_/wiid_det.py'):
        wiid_plugins.config('_base_/wid_det.py')


def test_the_bases_of_toolboxes_are_read_as_before(tmp_path):
    mend_bases()
    (tmp_path / 'mine.py').write_text("_base_ = 'base.py'\n")
    (tmp_path / 'base.py').write_text("_base_ = 'mmdet::_base_/schedules/schedule_1x.py'\nx = 1\n")
    config = Config.fromfile(tmp_path / 'mine.py')
    assert config.x == 1 and config.train_cfg.max_epochs == 12
