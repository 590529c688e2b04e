"""An old number is never shown as a new one."""

import importlib.metadata
import json
import os
import shutil
from pathlib import Path

import pytest
from small_checkout import CONFIG, TRAIN, calls, edit, stored

CHANGES = {
    'config': (lambda: edit('some.py', CONFIG + 'steps = 2'), 'config steps (1, now 2)'),
    '_base_': (lambda: edit('base.py', 'width = 9'), 'config width (8, now 9)'),
    'own module': (lambda: edit('own_part.py', 'x = 1'), 'code own_part'),
    'plugin': (lambda: edit('checkout/wiid_plugins/part.py', '#'), 'code wiid_plugins/part.py'),
    'tool': (lambda: edit('checkout/tools/train.py', TRAIN + '#'), 'code tools/train.py'),
    'tool gone': (lambda: Path('checkout/tools/helper.py').unlink(), 'tools/helper.py (gone)'),
    'code new': (lambda: edit('checkout/wiid_plugins/a/b.py', ''), 'wiid_plugins/a/b.py (new)'),
    'list': (lambda: edit('data/list.txt', 'one 2'), 'data data/list.txt'),  # of the same size
    'picture': (lambda: edit('data/pictures/day/two.png', ''), 'data data/pictures/day'),
    'class': (lambda: edit('data/pictures/night/1.png', ''), 'data data/pictures/night (new)'),
    'data gone': (lambda: shutil.rmtree('data'), 'data data/list.txt (gone)'),
    'weights': (lambda: edit('start.pth', 'abd'), 'data start.pth'),
    'no digest': (lambda: Path('work/some/seed0/digest.json').unlink(missing_ok=True), 'unknown'),
    'digest': (lambda: edit('work/some/seed0/digest.json', '{"config": '), 'unknown'),
    'digest of another form': (lambda: edit('work/some/seed0/digest.json', '[]'), 'unknown'),
}


@pytest.mark.parametrize('change', CHANGES)
def test_what_differs_is_named_and_nothing_is_shown_trained_or_lost(call, change):
    call()
    CHANGES[change][0]()
    before = stored()
    status, told = call()
    assert status == 1 and 'seed0' in told and CHANGES[change][1] in told
    assert 'class mean' not in told and stored() == before and len(calls('train')) == 1


def test_a_changed_option_is_refused_with_one_sentence_a_run(call):
    call(seeds=('0', '1'))
    status, told = call('--cfg-options', 'steps=2', seeds=('0', '1', '2'))
    assert status == 1 and told.count('config steps (1, now 2)') == len(told.splitlines()) == 2
    assert len(calls()) == 4


def test_another_torch_is_named_another_build_of_it_is_none(call, monkeypatch):
    call()
    real, torch = importlib.metadata.version, importlib.metadata.version('torch').split('+')[0]
    for other, expected in ((f'{torch}+cu999', 0), ('99.1', 1)):
        versions = {'torch': other}
        monkeypatch.setattr('importlib.metadata.version', lambda n, v=versions: v.get(n) or real(n))
        status, told = call()
        assert status == expected
    assert f'package torch ({torch}, now 99.1)' in told


def test_only_what_changes_the_composed_config_counts(call):
    call()
    edit('some.py', '# a comment\n' + CONFIG.replace('steps = 1', 'steps   =  1'))
    edit('base.py', 'width = 4 + 4  # the same')
    assert '| some | 1 | 1.0 |' in call('--cfg-options', 'steps=1')[1]
    assert call('--cfg-options', 'steps=1', 'width=9')[0] == 1


@pytest.mark.parametrize(
    'text', ['a = b', 'a = [', "a = open('x')", "custom_imports = dict(imports=['nowhere'])"]
)
def test_a_config_that_cannot_be_read_any_more_ends_in_a_sentence(call, text):
    call()
    edit('some.py', text)
    status, told = call()
    assert status == 1 and told.startswith('error: some.py: ')


def test_without_a_prefix_the_whole_data_root_counts(call):
    edit('some.py', CONFIG.replace(", data_prefix='pictures'", ''))
    call()
    edit('data/pictures/day/two.png', '')
    assert 'data data/pictures/day;' in call()[1]


def test_a_folder_that_leads_back_to_itself_is_listed_once(call):
    Path('data/pictures/again').symlink_to('.')
    call()
    edit('data/pictures/day/two.png', '')
    assert 'data data/pictures/day' in call()[1]


def test_a_copied_folder_of_another_seed_is_no_result(call):
    call()
    shutil.copytree('work/some/seed0', 'work/some/seed1')
    status, told = call(seeds=('0', '1'))
    assert status == 1 and 'randomness.seed (0, now 1)' in told


def test_a_copied_work_dir_shows_its_results_and_refuses_others(call):
    call()
    shutil.copytree('work', 'copy')
    assert '| 1 | 1.0 |' in call(work_dir='copy')[1]
    assert call('--cfg-options', 'steps=2', work_dir='copy')[0] == 1


def test_more_seeds_join_a_row_only_if_all_else_is_equal(call):
    call()
    assert '| some | 2 | 1.5 ± 0.7 |' in call(seeds=('0', '1'))[1]
    edit('checkout/wiid_plugins/part.py', 'x = 2')
    assert call(seeds=('0', '1', '2'))[0] == 1 and len(calls('train')) == 2


@pytest.mark.parametrize('name', ['images', 'labels'])
def test_pictures_and_labels_of_ultralytics_count_its_cache_does_not(call, name):
    data = "dict(path='data', train='images/train', val=['images/val'])"
    edit('some.py', f"default_scope = 'ultralytics'\ndata = {data}\n")
    for part in ('images', 'labels'):
        edit(f'data/{part}/train/1.txt', '0')
    call()
    edit('data/labels/train/new.cache', '')
    assert call()[0] == 0
    edit(f'data/{name}/train/1.txt', '00')
    status, told = call()
    assert status == 1 and f'call: data data/{name}/train; --again' in told


@pytest.mark.parametrize(
    ('setting', 'file', 'told'),
    [
        ("load_from = 'start.bin'", 'start.bin', 'start.bin'),
        ("model = dict(type='YOLO', cfg='net.yaml')", 'net.yaml', 'net.yaml'),
        ("val_evaluator = dict(type='B', classes='names.txt')", 'names.txt', 'names.txt'),
        (
            "val_dataloader = dict(type='B', data_root='own', data_prefix='a', proposals='p.pkl')",
            'own/p.pkl',
            'own/p.pkl',
        ),
        (
            "val_dataloader = dict(pipeline=[dict(type='LoadTwin', twin_root='dark/twins')])",
            'dark/twins/cat/1.png',
            'dark/twins/cat',
        ),
    ],
)
def test_whatever_a_config_names_counts_but_what_a_test_writes(call, setting, file, told):
    output = "test_evaluator = dict(type='C', out_file_path='found.pkl')"
    edit('some.py', f'{CONFIG}\n{setting}\n{output}\n')
    edit('meanwhile.py', "Path('found.pkl').write_text('1')")
    edit(file, '1')
    assert call()[0] == 0
    edit(file, '22')
    status, said = call()
    assert status == 1 and f'call: data {told}; --again' in said


@pytest.mark.parametrize('change', [{'config': {'steps': 1}}, {'mixed': 5}, {'mixed': [5]}])
def test_a_digest_with_values_that_are_no_text_is_unreadable(call, change):
    call()
    file = Path('work/some/seed0/digest.json')
    edit(file, json.dumps((json.loads(file.read_text()) if file.exists() else {}) | change))
    status, told = call()
    assert status == 1 and 'no readable digest' in told


def test_folders_whose_names_are_no_utf8_are_told_in_print(call):
    folder = b'data/pictures/\xfe'
    os.mkdir(folder)
    Path(os.fsdecode(folder), '1.png').touch()
    call()
    Path(os.fsdecode(folder), '2.png').touch()
    status, told = call('--keep')
    assert status == 0 and told.isascii() and r'data data/pictures/\xfe' in told
