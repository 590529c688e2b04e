"""tools/night_report.py: its figures are the toolbox's, its page stands alone, its faults are told."""

import csv
import html.parser
import json

import cv2
import pytest
import torch
from mmengine.runner import Runner

from tools import night_report
from wiid_plugins.apis.night_report import openmmlab
from wiid_plugins.compose import read_config

NAMES = ('one', 'two')
pytestmark = pytest.mark.usefixtures('few_levels')


def command(toy, out, *more):
    files = [toy.config(), toy.checkpoint(1), toy.config('wiid'), toy.checkpoint(2)]
    return [*map(str, files), '--out', str(out), '--device', 'cpu', '--names', *NAMES, *more]


@pytest.fixture(scope='module')
def out(toy, few_levels):
    """A folder with a report of two models."""
    assert night_report.main(command(toy, toy.folder / 'out')) == 0
    return toy.folder / 'out'


def rows_of(out):
    with (out / 'report.csv').open() as stream:
        return list(csv.DictReader(stream))


def test_day_and_night_as_they_are_score_as_in_the_test_of_the_toolbox(toy, out, tmp_path):
    config = read_config(toy.config('wiid'))
    config.load_from, config.work_dir = str(toy.checkpoint(2)), str(tmp_path)
    config.train_dataloader = config.train_cfg = config.optim_wrapper = None
    config.val_dataloader = config.val_cfg = config.val_evaluator = config.param_scheduler = None
    stock = Runner.from_cfg(config).test()
    found = {
        (row['light'], row['enhanced'], row['metric']): float(row['all'])
        for row in rows_of(out)
        if row['model'] == 'two'
    }
    for light, domain in (('as it is', 'day'), ('real night', 'night')):
        for enhanced, ending in (('no', ''), ('yes', '_enhanced')):
            for metric, score in (('top-1', 'top1'), ('class mean', 'class_mean')):
                wanted = stock[f'{domain}{ending}/{score}']
                assert found[light, enhanced, metric] == pytest.approx(wanted, abs=0.005)
    assert len(set(found.values())) > 4  # the light does something to it


def test_the_mean_of_the_classes_is_the_class_mean(out):
    rows = [row for row in rows_of(out) if row['metric'] == 'class mean']
    assert len(rows) == 2 * 2 * 5
    for row in rows:
        assert sum(float(row[c]) for c in 'abc') / 3 == pytest.approx(float(row['all']), abs=0.01)


class References(html.parser.HTMLParser):
    """Collects what a page loads, and the tags that load something."""

    def __init__(self):
        super().__init__()
        self.loaded, self.tags = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        loads = ('src', 'href', 'xlink:href', 'srcset', 'data')
        self.loaded += [value for key, value in attrs if key in loads]


def test_the_page_stands_alone(out):
    text = (out / 'report.html').read_text()
    found = References()
    found.feed(text)
    assert found.loaded and all(v.startswith(('data:image/', '#')) for v in found.loaded)
    assert not {'script', 'link', 'iframe', 'object', 'embed'} & set(found.tags)
    assert '://' not in text.replace('http://www.w3.org/', '') and '@import' not in text
    assert found.tags.count('img') == 5 and found.tags.count('svg') == 2
    assert all(name in text for name in NAMES) and 'prefers-color-scheme: dark' in text
    assert cv2.imread(str(out / 'curves.png')).std() > 0


def test_nothing_is_measured_twice_and_what_is_new_is(toy, out, monkeypatch, capsys):
    before = json.loads((out / 'measured.json').read_text())
    page = (out / 'report.html').read_bytes()
    opened = []
    open_model = openmmlab.open_model
    monkeypatch.setattr(
        openmmlab, 'open_model', lambda *args: opened.append(args[1].name) or open_model(*args)
    )
    night_report.main(command(toy, out))
    assert not opened and (out / 'report.html').read_bytes() == page
    weights = torch.load(toy.checkpoint(2))
    weights['state_dict']['head.fc.bias'] += 1
    torch.save(weights, toy.folder / '2_3.pth')
    changed = command(toy, out)
    changed[3] = str(toy.folder / '3_3.pth')
    torch.save(weights, changed[3])
    night_report.main(changed)
    after = json.loads((out / 'measured.json').read_text())
    assert opened == ['3_3.pth'] and before.items() <= after.items() and len(after) == 30


def test_ctrl_c_keeps_what_is_there(toy, tmp_path, monkeypatch):
    measured = []

    def interrupted(*_):
        def score(data):
            if len(measured) == 3:
                raise KeyboardInterrupt
            measured.append(data)
            return dict(score=50.0, scores={'class mean': 50.0}, classes={}, images=1)

        return score

    monkeypatch.setattr(openmmlab, 'open_model', interrupted)
    with pytest.raises(SystemExit, match='the same command goes on'):
        night_report.main(command(toy, tmp_path))
    assert len(json.loads((tmp_path / 'measured.json').read_text())) == 3


def test_a_limit_takes_as_many_of_each_class(toy, tmp_path):
    night_report.main(
        command(toy, tmp_path, '--limit', '6')[:2]
        + command(toy, tmp_path)[4:6]
        + ['--device', 'cpu', '--limit', '6']
    )
    records = json.loads((tmp_path / 'measured.json').read_text()).values()
    assert {record['images'] for record in records} == {6}
    assert {v for r in records for v in r['classes'].values()} <= {0.0, 50.0, 100.0}


def fault(*arguments):
    with pytest.raises(SystemExit) as end:
        night_report.main([str(a) for a in arguments])
    assert end.value.code not in (0, None)
    return str(end.value.code)


def test_faults_are_told_in_a_sentence(toy, tmp_path, capsys):
    config, weights = toy.config(), toy.checkpoint(1)
    fault(config, weights, config)
    assert '3 files; give a CHECKPOINT after every CONFIG' in capsys.readouterr().err
    assert 'none.py: there is no such config' in fault(tmp_path / 'none.py', weights)
    assert 'none.pth: there is no such checkpoint' in fault(config, tmp_path / 'none.pth')
    assert '1 names for 2 models' in fault(config, weights, config, weights, '--names', 'a')
    out = ['--out', tmp_path, '--device', 'cpu']
    (tmp_path / 'text.pth').write_text('no checkpoint')
    assert 'text.pth' in fault(config, tmp_path / 'text.pth', *out)
    wider = toy.checkpoint(1, classes=4)
    assert '1_4.pth does not fit the model of the config' in fault(config, wider, *out)
    untested = toy.config(more='wiid.update(day=None)')
    assert 'has no labelled test set by day' in fault(untested, weights, *out)


def test_models_of_other_classes_are_not_compared(toy, tmp_path):
    (tmp_path / 'day').symlink_to(toy.folder / 'day')
    for name in 'ab':
        (tmp_path / 'other' / name).mkdir(parents=True)
        cv2.imwrite(
            str(tmp_path / 'other' / name / '0.png'), cv2.imread(str(toy.folder / 'day/a/0.png'))
        )
    other = toy.config(more=f'wiid.update(day=dict(data_prefix="{tmp_path}/other"))')
    weights = toy.checkpoint(1)
    told = fault(toy.config(), weights, other, weights, '--out', tmp_path, '--device', 'cpu')
    assert str(other) in told and "missing: 'c'" in told
