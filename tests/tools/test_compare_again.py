"""What --again, --keep and broken runs do."""

import fcntl
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from small_checkout import CONFIG, calls, edit, stored

from tools import compare

STOP = 'sys.exit(1)'


def half_train(call, *options):
    """Train until after the first checkpoint."""
    edit('meanwhile.py', STOP)
    assert call(*options)[0] == 1
    edit('meanwhile.py', '')


def test_again_trains_only_what_differs_and_keeps_the_old_folder(call):
    edit('other.py', CONFIG)
    call(configs=('some.py', 'other.py'))
    edit('other.py', CONFIG + 'steps = 2')
    before = stored('work/other/seed0')
    status, told = call('--again', configs=('some.py', 'other.py'))
    assert status == 0 and '| some | 1 | 1.0 |' in told and '| other | 1 | 3.0 |' in told
    assert sorted(before.values()) == sorted(stored('work/other/seed0.old1').values())
    assert '| other | 1 | 3.0 |' in call(configs=('other.py',))[1]


def test_keep_marks_the_row_and_says_below_what_differs(call):
    edit('other.py', CONFIG)
    call(configs=('some.py', 'other.py'))
    edit('other.py', CONFIG + 'steps = 2')
    status, told = call('--keep', configs=('some.py', 'other.py'))
    assert status == 0 and '| some | 1 | 1.0 |' in told and '| other* | 1 | 2.0 |' in told
    assert told.splitlines()[-1] == '* other, seed 0: config steps (1, now 2)'
    assert call(configs=('other.py',))[0] == 1  # it is no result of this config now


def test_configs_of_one_file_name_have_folders_and_rows_of_their_own(call):
    for folder, steps in (('one', 1), ('two', 2)):
        edit(f'{folder}/a/some.py', f"default_scope = 'mmpretrain'\nsteps = {steps}")
    configs = ('one/a/some.py', 'two/a/some.py')
    for _ in range(2):
        told = call(configs=configs)[1]
        assert '| one-a-some | 1 | 1.0 |' in told and '| two-a-some | 1 | 2.0 |' in told
    assert call(configs=configs[:1])[1].count('| some | 1 |') == 1  # alone it has its plain name
    status, told = call(configs=configs[1:])
    assert status == 1 and 'config steps (1, now 2)' in told


def test_one_config_named_twice_and_one_seed_named_twice_are_one_run(call):
    configs = ('some.py', str(Path('some.py').absolute()), './some.py')
    status, told = call('--jobs', '3', configs=configs, seeds=('0', '0'))
    assert status == 0 and told.count('| some |') == told.count('| some | 1 | 1.0 |') == 1
    assert len(calls('train')) == 1


def test_a_half_trained_run_of_other_options_is_not_gone_on_with(call):
    half_train(call)
    before = stored()
    status, told = call('--cfg-options', 'steps=2')
    assert status == 1 and 'config steps (1, now 2)' in told and stored() == before
    assert call()[0] == 0 and '--resume' in calls('train')[1]


def test_again_begins_a_half_trained_run_of_other_options_anew(call):
    half_train(call)
    assert '| some | 1 | 1.0 |' in call('--again', '--cfg-options', 'steps=2')[1]
    assert '--resume' not in calls('train')[1]


def test_what_keep_has_gone_on_with_stays_marked_for_ever(call):
    half_train(call)
    told = call('--keep', '--cfg-options', 'steps=2')[1]
    assert '| some* | 1 | 1.0 |' in told and 'begun with another config steps (1, now 2)' in told
    for options in ((), ('--cfg-options', 'steps=2')):
        assert call(*options)[0] == 1


@pytest.mark.parametrize('text', ['{"night class mean": 5', '', '[]', '{"a": "5"}', '{}'])
def test_a_damaged_result_is_measured_again_not_trained_again(call, text):
    call()
    edit('work/some/seed0/result.json', text)
    status, told = call()
    assert status == 0 and '| some | 1 | 2.0 |' in told and len(calls('train')) == 1


def test_a_test_without_scores_shows_no_scores_of_an_earlier_one(call):
    call()
    edit('work/some/seed0/result.json', '')
    edit('no_scores', '')
    status, told = call()
    assert status == 1 and 'wrote none of class_mean' in told and '| some | 0 |' in told


def test_a_checkpoint_that_is_gone_is_named_unless_its_result_is_there(call):
    call()
    Path('work/some/seed0/epoch_1.pth').unlink()
    assert '| some | 1 | 1.0 |' in call()[1]
    Path('work/some/seed0/result.json').unlink()
    for mode in ([], ['--keep']):
        status, told = call(*mode)
        assert status == 1 and 'checkpoint epoch_1.pth is gone; --again trains it anew' in told
        assert '--keep' not in told
    assert '| some | 1 | 2.0 |' in call('--again')[1]


@pytest.mark.parametrize('text', ['', '/', 'a\0b', 'x' * 5000])
def test_a_damaged_name_of_the_last_checkpoint_ends_in_a_sentence(call, text):
    half_train(call)
    edit('work/some/seed0/last_checkpoint', text)
    status, told = call()
    assert status == 1 and told.isascii() and '\0' not in told and len(told) < 300
    assert 'its checkpoint' in told and told.endswith('is gone; --again trains it anew')
    assert call('--again')[0] == 0


def test_a_copied_folder_goes_on_from_its_own_checkpoint(call):
    half_train(call)
    shutil.copytree('work', 'copy')
    call(work_dir='copy')
    train, test = calls()[-2:]
    assert '--resume' in train and train.split()[-2] == 'copy/some/seed0/epoch_1.pth'
    assert test == 'test copy/some/seed0/epoch_1.pth'


def test_a_copy_that_was_trained_tests_its_own_checkpoint(call):
    call()
    Path('work/some/seed0/result.json').unlink()
    shutil.copytree('work', 'copy')
    call(work_dir='copy')
    assert calls('test')[-1] == 'test copy/some/seed0/epoch_1.pth'


@pytest.mark.parametrize('end', ['', STOP])
def test_what_changes_while_it_runs_makes_no_clean_result(call, end):
    code = "Path('checkout/wiid_plugins/part.py').write_text('x = 1')\n"
    edit('meanwhile.py', code + end)
    status, told = call()
    assert status == 1 and '| some | 0 | ' in told
    edit('meanwhile.py', '')
    for text in ('x = 1', ''):  # not with the new code, and not with the old one either
        edit('checkout/wiid_plugins/part.py', text)
        status, told = call()
        assert status == 1 and 'changed while it ran: code wiid_plugins/part.py' in told
    assert '| some* | 1 | ' in call('--keep')[1]


def test_a_run_does_not_begin_with_other_code_than_the_one_before(call):
    edit('meanwhile.py', "Path('checkout/wiid_plugins/part.py').write_text('x = 1')")
    status, told = call(seeds=('0', '1'))
    assert status == 1 and 'seed1: since this call began changed code wiid_plugins' in told
    assert len(calls('train')) == 1 and not Path('work/some/seed1').exists()


def test_weights_may_come_from_another_run_of_the_call(call):
    edit('other.py', CONFIG.replace('start.pth', 'work/some/seed0/epoch_1.pth'))
    status, told = call(configs=('some.py', 'other.py'))
    assert status == 0 and '| other | 1 | 2.0 |' in told
    edit('work/some/seed0/epoch_1.pth', 'retrained')
    status, told = call(configs=('other.py',))
    assert status == 1 and 'data work/some/seed0/epoch_1.pth' in told


def test_weights_that_a_training_fetches_are_no_change(call):
    Path('start.pth').unlink()
    edit('meanwhile.py', "Path('start.pth').write_text('fetched')")
    assert '| some | 1 | 1.0 |' in call()[1] and call()[0] == 0
    edit('start.pth', 'others')
    assert call()[0] == 1


def test_what_a_killed_call_has_left_behind_is_waited_for(call):
    edit('meanwhile.py', "import time\nwhile not Path('go').exists(): time.sleep(0.05)")
    code = f'compare.CHECKOUT = compare.Path({str(compare.CHECKOUT)!r}); compare.main(sys.argv[1:])'
    command = [sys.executable, '-c', f'import sys; from tools import compare; {code}']
    env = {**os.environ, 'PYTHONPATH': str(Path(compare.__file__).parents[1])}
    killed = subprocess.Popen([*command, 'some.py', '--seeds', '0', '--work-dir', 'work'], env=env)
    while not Path('work/some/seed0/epoch_1.pth').exists():
        time.sleep(0.05)
    killed.kill()
    killed.wait()
    edit('meanwhile.py', '')
    status, told = call()
    edit('go', '')
    assert status == 1 and 'a training that one has left behind, is at work' in told


def test_no_second_call_works_in_one_folder(call):
    half_train(call)
    with open('work/some/seed0.lock', 'a') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        status, told = call()
    assert status == 1 and 'is at work in work/some/seed0' in told and len(calls('train')) == 1


def test_the_code_that_is_hashed_is_the_code_that_trains(call):
    call()
    assert calls('train')[0].endswith(' checkout')


@pytest.mark.parametrize(
    ('option', 'told'), [('steps', 'write KEY=VALUE'), ('default_scope.a=1', 'default_scope')]
)
def test_an_option_that_cannot_be_read_ends_in_a_sentence(call, option, told):
    status, said = call('--cfg-options', option)
    assert status == 1 and said.startswith('error: some.py: ') and told in said
