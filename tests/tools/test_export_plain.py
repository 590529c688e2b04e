"""export_plain writes what stock mmpretrain loads, or says why it does not."""

import pytest
import torch

from tools import export_plain
from toy import build_paired, build_stock


@pytest.fixture
def paired(tmp_path):
    """A checkpoint with all that a training writes."""
    checkpoint = dict(
        meta=dict(epoch=3, dataset_meta=dict(classes=('a', 'b', 'c')), wiid=dict(setting='x')),
        state_dict=build_paired().state_dict(),
        optimizer=dict(state={}),
        message_hub={},
    )
    torch.save(checkpoint, tmp_path / 'paired.pth')
    return tmp_path / 'paired.pth'


def fails(*arguments):
    with pytest.raises(SystemExit) as end:
        export_plain.main([str(a) for a in arguments])
    assert end.value.code.startswith('error: ')
    return end.value.code


def test_the_stock_model_loads_it_strictly(paired, tmp_path, capsys):
    out = tmp_path / 'new' / 'plain.pth'
    assert export_plain.main([str(paired), str(out)]) == 0
    plain, source = torch.load(out), torch.load(paired)
    assert set(plain) == {'state_dict', 'meta'} and plain['meta'] == source['meta']
    build_stock(seed=5).load_state_dict(plain['state_dict'], strict=True)
    for key, value in plain['state_dict'].items():
        assert torch.equal(value, source['state_dict'][f'model.{key}'])
    said = capsys.readouterr().out
    assert all(word in said for word in ('aux (', 'target (', 'optimizer', 'message_hub'))
    assert [p.name for p in out.parent.iterdir()] == ['plain.pth']


def test_it_does_not_overwrite_unless_told(paired, tmp_path):
    out = tmp_path / 'plain.pth'
    out.write_bytes(b'mine')
    assert '--overwrite' in fails(paired, out)
    assert out.read_bytes() == b'mine'
    assert export_plain.main([str(paired), str(out), '--overwrite']) == 0
    assert 'state_dict' in torch.load(out)


def test_what_is_no_paired_checkpoint_is_refused(tmp_path):
    file, out = tmp_path / 'file.pth', tmp_path / 'out.pth'
    torch.save({'state_dict': build_stock().state_dict()}, file)
    assert "has no 'model.' weights, so it is plain already" in fails(file, out)
    torch.save([1, 2], file)
    assert 'holds no state_dict' in fails(file, out)
    file.write_bytes(b'<html>')
    assert 'file.pth: refused' in fails(file, out)
    assert 'there is no such checkpoint' in fails(tmp_path / 'none.pth', out)
    assert not out.exists()


def test_a_failing_write_leaves_nothing_and_keeps_the_old_file(paired, tmp_path, monkeypatch):
    out = tmp_path / 'plain.pth'
    out.write_bytes(b'mine')

    def full(_content, file):
        file.write_bytes(b'half')
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr(torch, 'save', full)
    assert 'No space left' in fails(paired, out, '--overwrite')
    assert out.read_bytes() == b'mine' and not list(tmp_path.glob('*.part'))


CONFIG = """
test_pipeline = [dict(type='LoadImage'), dict(target=0.2, type='wiid_plugins.Enhance')]
__import__('pathlib').Path('was_run').touch()
"""


def test_the_last_line_says_how_images_are_brightened(paired, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    export_plain.main([str(paired), str(tmp_path / 'plain.pth')])
    assert 'tools/enhance.py' in capsys.readouterr().out.splitlines()[-1]
    checkpoint = torch.load(paired)
    checkpoint['meta']['cfg'] = CONFIG
    torch.save(checkpoint, paired)
    export_plain.main([str(paired), str(tmp_path / 'plain.pth'), '--overwrite'])
    assert 'as in training (target=0.2)' in capsys.readouterr().out.splitlines()[-1]
    assert not (tmp_path / 'was_run').exists()
