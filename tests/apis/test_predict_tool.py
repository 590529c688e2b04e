"""tools/predict.py: what it writes, how it goes on, and what it says of bad input."""

import json
import socket
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

import use_toy
from tools import predict
from wiid_plugins.apis.stock import read_composed


@pytest.fixture(scope='module')
def classifier(tmp_path_factory):
    root = tmp_path_factory.mktemp('classifier')
    config, options, checkpoint = use_toy.classifier(root)
    read_composed(config, options).dump(root / 'composed.py')
    return [str(root / 'composed.py'), checkpoint]


@pytest.fixture(scope='module')
def detector(tmp_path_factory):
    config, _, checkpoint = use_toy.detector(tmp_path_factory.mktemp('detector'))
    return [config, checkpoint]


@pytest.fixture
def photos(tmp_path):
    """Dark images: 8 bits, 16 bits, and one that is broken."""
    folder = tmp_path / 'photos'
    (folder / 'b').mkdir(parents=True)
    rng = np.random.default_rng(0)
    for name in ('a.png', 'b/a.png', 'z.jpg'):
        cv2.imwrite(str(folder / name), rng.integers(0, 30, (60, 80, 3), np.uint8))
    cv2.imwrite(str(folder / 'deep.png'), rng.integers(0, 300, (60, 80, 3), np.uint16))
    (folder / 'broken.png').write_bytes((folder / 'a.png').read_bytes()[:99])
    (folder / 'notes.txt').write_text('')
    return folder


def lines(file):
    return [json.loads(line) for line in Path(file).read_text().splitlines()]


def test_a_folder_is_drawn_and_written_and_what_is_broken_is_listed(
    classifier, photos, tmp_path, capsys
):
    out = tmp_path / 'out'
    assert predict.main([*classifier, str(photos), '--out', str(out)]) == 1
    said = capsys.readouterr()
    assert '4 predictions, 0 were there, 1 failed, 1 other files' in said.out
    assert said.err.count('failed: ') == 1 and 'broken.png' in said.err
    found = lines(out / 'predictions.jsonl')
    assert [Path(f['source']).name for f in found] == [
        *('a.png', 'a.png', 'broken.png', 'deep.png', 'z.jpg')
    ]
    assert all(f['enhanced'] for f in found if 'error' not in f)
    drawn = {p.relative_to(out).as_posix() for p in out.rglob('*.jpg')}
    assert drawn == {'a.jpg', 'b/a.jpg', 'deep.jpg', 'z.jpg'}
    page = cv2.imread(str(out / 'a.jpg'))
    left, right = page[40:200, 40:300].mean(), page[40:200, 440:700].mean()
    assert left < 20 < 60 < right  # the dark one beside the brightened one


def test_the_same_command_goes_on(classifier, photos, tmp_path, capsys):
    command = [*classifier, str(photos), '--json', str(tmp_path / 'p.jsonl')]
    predict.main(command)
    first = lines(tmp_path / 'p.jsonl')
    text = (tmp_path / 'p.jsonl').read_text()
    (tmp_path / 'p.jsonl').write_text(text[: len(text) // 2])  # as a kill leaves it
    cv2.imwrite(str(photos / 'broken.png'), np.zeros((60, 80, 3), np.uint8))  # mended
    capsys.readouterr()
    assert predict.main(command) == 0
    assert '2 were there' in capsys.readouterr().out
    again = {f['source']: f for f in lines(tmp_path / 'p.jsonl')}
    assert len(again) == 5 and not any('error' in f for f in again.values())
    for one in first:
        assert 'error' in one or again[one['source']] == one


def test_other_settings_do_not_mix(classifier, photos, tmp_path):
    command = [*classifier, str(photos), '--json', str(tmp_path / 'p.jsonl')]
    predict.main(command)
    before = (tmp_path / 'p.jsonl').read_text()
    with pytest.raises(
        SystemExit, match=r"p\.jsonl: enhance was 'auto' and is now 'off'; .*overwrite"
    ):
        predict.main([*command, '--enhance', 'off'])
    (tmp_path / 'mine.jsonl').write_text('precious')
    with pytest.raises(SystemExit, match='not made by this tool'):
        predict.main([*command[:-1], str(tmp_path / 'mine.jsonl')])
    assert (tmp_path / 'mine.jsonl').read_text() == 'precious'
    assert (tmp_path / 'p.jsonl').read_text() == before
    assert predict.main([*command, '--enhance', 'off', '--overwrite']) == 1
    assert not any(f.get('enhanced') for f in lines(tmp_path / 'p.jsonl'))


def test_a_clip_is_drawn_with_its_times(detector, tmp_path):
    clip = use_toy.write_clip(tmp_path / 'night.mp4', frames=9)
    out = tmp_path / 'out'
    assert predict.main([*detector, clip, '--every', '4', '--out', str(out)]) == 0
    assert [f['frame'] for f in lines(out / 'predictions.jsonl')] == [0, 4, 8]
    with av.open(str(out / 'night.mp4')) as drawn:
        times = [float(frame.time) for frame in drawn.decode(video=0)]
    assert times == pytest.approx([0, 0.4, 0.8], abs=0.002)


class HalfOf(SimpleHTTPRequestHandler):
    """Serves the first half of a file, and hangs up."""

    def copyfile(self, source, outputfile):
        data = source.read()
        outputfile.write(data[: len(data) // 2])
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *args):
        pass


def test_of_a_stream_that_breaks_off_the_frames_before_are_kept(detector, tmp_path, capsys):
    whole = use_toy.write_clip(tmp_path / 'night.mp4', frames=60)
    with av.open(whole) as source, av.open(str(tmp_path / 'live.ts'), 'w') as target:
        stream = target.add_stream('mpeg2video', rate=10)
        stream.width, stream.height, stream.pix_fmt = 80, 64, 'yuv420p'
        for frame in source.decode(video=0):
            target.mux(stream.encode(frame.reformat(format='yuv420p')))
        target.mux(stream.encode(None))
    handler = partial(HalfOf, directory=str(tmp_path))
    with ThreadingHTTPServer(('127.0.0.1', 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f'http://127.0.0.1:{server.server_port}/live.ts'
        command = [*detector, address, '--every', '5', '--json', str(tmp_path / 'p.jsonl')]
        predict.main(command)
        server.shutdown()
    good = [f for f in lines(tmp_path / 'p.jsonl') if 'error' not in f]
    assert 1 < len(good) < 12


@pytest.mark.parametrize(
    ('source', 'told'),
    [
        ('nothing.jpg', r'nothing\.jpg: there is no such file or folder'),
        ('77', r'camera 77: is not there'),
        ('http://127.0.0.1:9/none', r'http://127\.0\.0\.1:9/none: cannot be opened'),
        ('empty', r'there is no image and no clip \(1 \.txt\)'),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(classifier, source, told, tmp_path):
    (tmp_path / 'empty').mkdir()
    (tmp_path / 'empty' / 'notes.txt').write_text('')
    source = str(tmp_path / source) if source in ('empty', 'nothing.jpg') else source
    with pytest.raises(SystemExit, match=told):
        predict.main([*classifier, source])


def test_a_missing_config_or_checkpoint_is_named(classifier, photos):
    with pytest.raises(SystemExit, match=r'none\.py: there is no such config'):
        predict.main(['none.py', classifier[1], str(photos)])
    with pytest.raises(SystemExit, match=r'none\.pth: there is no such checkpoint'):
        predict.main([classifier[0], 'none.pth', str(photos)])
