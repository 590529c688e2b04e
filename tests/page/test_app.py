"""The command refuses in one sentence; models of the project are shown beside the one for everything."""

import re
import socket
from xml.etree import ElementTree

import numpy as np
import pytest

pytest.importorskip('gradio', reason='the page has an extra: pip install -e .[page]')

from mmengine.config import Config

import use_toy
from tools import app
from wiid_plugins.apis.results import Label
from wiid_plugins.apis.stock import read_composed
from wiid_plugins.page.cards import Side, card
from wiid_plugins.page.chart import chart
from wiid_plugins.page.models import Model, find_models
from wiid_plugins.page.recognise import Recognition


def sentence(arguments):
    with pytest.raises(SystemExit) as end:
        app.main(arguments)
    text = str(end.value)
    assert text.startswith('error: ') and '\n' not in text
    return text


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return str(probe.getsockname()[1])


@pytest.mark.parametrize(
    'arguments, words',
    [
        (['--model', 'mine=a.py'], ['--model mine=a.py', 'NAME=CONFIG,CHECKPOINT']),
        (['--model', 'mine=a.py,b.pth'], ['--model mine', 'b.pth', 'no such checkpoint']),
        (['--report', 'none.html'], ['--report none.html', 'no such file']),
        (['--zero-dce', 'none.pth'], ['none.pth']),
        (['--host', 'no.such.host.invalid'], ['no.such.host.invalid', '--port']),
    ],
)
def test_what_is_not_there_is_told(arguments, words):
    text = sentence(['--port', free_port(), *arguments])
    assert [word for word in words if word not in text] == []


def test_a_busy_port_is_told_with_another():
    with socket.create_server(('127.0.0.1', 0)) as busy:
        port = busy.getsockname()[1]
        text = sentence(['--port', str(port)])
    assert f'127.0.0.1:{port} cannot be served at' in text and re.search(r'--port \d+$', text)


def test_a_package_that_lacks_is_told_with_the_command(monkeypatch):
    monkeypatch.setattr(app, 'find_spec', lambda name: None if name == 'gradio' else True)
    assert 'needs gradio; run pip install gradio ' in sentence([])


def test_models_of_the_project_stand_beside_it(tmp_path, monkeypatch):
    files = {}
    for kind in ('classifier', 'recognizer'):
        (tmp_path / kind).mkdir()
        config, options, checkpoint = getattr(use_toy, kind)(tmp_path / kind)
        composed = read_composed(config, options).to_dict()
        Config(composed, format_python_code=False).dump(tmp_path / f'{kind}.py')
        files[kind] = f'{tmp_path / kind}.py,{checkpoint}'
    monkeypatch.chdir(tmp_path)  # no demo has been run here
    everything, own = find_models([f'shapes={files["classifier"]}'])
    assert (everything.name, own.name) == ('EfficientNet-Lite0', 'shapes')
    dark = np.full((64, 80, 3), 20, np.uint8)
    assert own.names == use_toy.SHAPES and own.raw(dark) != own.brightened(dark)
    with pytest.raises(ValueError, match='--model runs: .* recognises clips'):
        find_models([f'runs={files["recognizer"]}'])


def fading(image):
    """Stands for a model: the brighter, the surer."""
    share = image.mean() / 255
    labels = Label('sun', 0, share), Label('moon', 1, 1 - share)
    return tuple(sorted(labels, key=lambda label: -label.score))


def test_a_model_is_followed_from_day_to_night():
    model = Model('<toy>', ('sun', 'moon'), fading, lambda image: fading(image // 2 + 128))
    work = Recognition([model])
    subject = work.subject(np.full((32, 48, 3), 200, np.uint8))
    assert subject.by_day[0].name == 'sun'
    raw, bright, answers = work(subject, 6)
    assert bright.mean() > 3 * raw.mean() and '&lt;toy&gt;' in answers and '<toy>' not in answers
    assert 'at 0 stops <em>sun</em>, here no. 2' in answers and '0 stops' not in work(subject, 0)[2]
    assert work.curves(subject).count('<polyline') == 2


def test_lines_of_a_chart_are_as_high_as_the_scores():
    drawn = ElementTree.fromstring(chart([0, 5, 10], [1, 0.5, 0], [1, 1, 1]))
    lines = {p.get('class'): p.get('points') for p in drawn.iter('polyline')}
    raw, bright = (
        [tuple(map(float, point.split(','))) for point in lines[name].split()]
        for name in ('raw', 'bright')
    )
    assert len({y for _, y in bright}) == 1 and raw[0] == bright[0]
    assert raw[1][1] - raw[0][1] == pytest.approx(raw[2][1] - raw[1][1])
    assert raw[1][0] - raw[0][0] == pytest.approx(raw[2][0] - raw[1][0])


def test_boxes_are_drawn_into_the_card():
    model = Model('toy', ('cup',), fading, fading)
    image = np.zeros((40, 60, 3), np.uint8)
    boxed = Side('as it is', image, (Label('cup', 0, 0.8, (10, 5, 40, 30)),))
    assert 'src="data:image/jpeg;base64,' in card(model, [boxed], None)
    assert 'nothing found' in card(model, [Side('as it is', image, ())], None)
    assert not image.any()
