"""Seeded damage to a tree of files: names, text, JSON, pictures, links."""

import io
import json
import os
import shutil
import tarfile
import zipfile
from contextlib import suppress

WORDS = [
    *('nan', 'inf', '-1', '0', '1e400', '9' * 5000, '\u00b2', '\u0661', 'true', 'None', '', ' '),
    *('../x', '/x', '.', '%s', "'", '"', '\ufeff', '\x00', '\t', '\u2028', 'a b', 'x' * 300),
    *('\udcfc', '<', '&', '{', ']', ',', '1_0', '0x10', '-'),
]
VALUES = [
    *(None, True, -1, 0, 0.5, 2**63, 10**400, float('nan'), float('-inf'), '', 'x', '1', '../x'),
    *('/x', 'a\0b', '\ud800', 'x' * 300, [], [1], {}, [None] * 4, ['1'] * 4, [True] * 4, {'x': 1}),
]
NAMES = [
    *('{0}\n{1}', '{0} {1}', ' {0}{1}', '%d{0}{1}', '\'"{0}{1}', '{0}\udcfc{1}', '{0}{1}.bak'),
    *(
        '.{0}{1}',
        '{0}',
        '{0}_{1}',
        '{0}\u0301{1}',
        '{0}' + 'x' * 200 + '{1}',
        '{0}.x{1}',
        '-{0}{1}',
    ),
]
JSON_SAFE = ('iscrowd',)  # another value there may well be a right one


def pick(rng, items):
    return items[int(rng.integers(len(items)))]


def edit_bytes(rng, path, data):
    """Cut, change, repeat or add bytes."""
    place = int(rng.integers(len(data) + 1))
    noise = rng.bytes(int(rng.integers(1, 9)))
    kinds = [b'', data[:place], data[:place] + noise + data[place + len(noise) :]]
    kinds += [data + noise, noise + data, data + data, data[:place] + noise + data[place:]]
    path.write_bytes(pick(rng, kinds))


def edit_text(rng, path, data):
    """Change a word or the ends of the lines, repeat a line, or encode anew."""
    text = data.decode('utf-8', 'surrogateescape')
    lines = text.split('\n')
    place = int(rng.integers(len(lines)))
    words = lines[place].replace('>', '> ').replace('<', ' <').split(' ')
    words[int(rng.integers(len(words)))] = pick(rng, WORDS)
    changed = [*lines[:place], ' '.join(words).replace('> ', '>').replace(' <', '<')]
    kinds = ['\n'.join(changed + lines[place + 1 :])] * 5
    kinds += ['\ufeff' + text, text + '\n', text.replace('\n', '\r\n'), text.replace('\n', '\n \n')]
    kinds += ['\n'.join([*lines[:place], lines[place], *lines[place:]])]
    if rng.random() < 0.05:
        path.write_text(text, 'utf-16', errors='replace')
    else:
        path.write_text(pick(rng, kinds), errors='surrogatepass', newline='')


def edit_json(rng, path, data):
    """Change a value, take a key out, or repeat an entry of a list."""
    whole = json.loads(data)
    entries = whole[pick(rng, [key for key in whole if isinstance(whole[key], list)])]
    place = int(rng.integers(len(entries)))
    kind = rng.random()
    if kind < 0.1:
        entries[place] = pick(rng, VALUES)
    elif kind < 0.3:
        entries.append(dict(entries[place]))
    else:
        key = pick(rng, [key for key in entries[place] if key not in JSON_SAFE])
        if kind < 0.4:
            del entries[place][key]
        else:
            entries[place][key] = pick(rng, VALUES)
    path.write_text(json.dumps(whole))


def edit_members(rng, members):
    """Rename, repeat, empty or take out a member of an archive: (name, content) of each."""
    place = int(rng.integers(len(members)))
    name, content = members[place]
    folder, _, file = name.rpartition('/')
    stem, dot, suffix = file.partition('.')
    others = [pick(rng, NAMES).format(stem, dot + suffix), file.swapcase(), f'{stem}.jpeg', file]
    others = [f'{folder}/{other}' for other in others] + [
        f'a/{name}',
        f'../{name}',
        f'/{name}',
        'x',
    ]
    other = pick(rng, others).encode('utf-8', 'replace').decode()
    kinds = [[(other, content)], [(name, content), (other, content)], [(name, b'')], []]
    return members[:place] + pick(rng, kinds) + members[place + 1 :]


def edit_tar(rng, path, data):
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        members = [(m.name, tar.extractfile(m).read()) for m in tar if m.isreg()]
    with tarfile.open(path, 'w:bz2') as tar:
        for name, content in edit_members(rng, members):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            if rng.random() < 0.02:
                info.size, info.type, info.linkname = 0, tarfile.SYMTYPE, 'x'
            tar.addfile(info, io.BytesIO(content))


def edit_zip(rng, path, data):
    with zipfile.ZipFile(io.BytesIO(data)) as zipped:
        members = [(name, zipped.read(name)) for name in zipped.namelist()]
    with zipfile.ZipFile(path, 'w') as zipped:
        for name, content in edit_members(rng, members):
            zipped.writestr(name, content)


KINDS = {
    **{'.json': edit_json, '.txt': edit_text, '.xml': edit_text, '.csv': edit_text},
    **{'.bz2': edit_tar, '.zip': edit_zip},
}


def edit(rng, path):
    """Change what is in a file, by its kind."""
    data = path.read_bytes()
    path.unlink()  # it may be a hard link
    try:
        kind = edit_bytes if rng.random() < 0.2 else KINDS.get(path.suffix, edit_bytes)
        kind(rng, path, data)
    except Exception:  # damaged before
        edit_bytes(rng, path, data)


def rename(rng, path):
    path.rename(other_name(rng, path))


def other_name(rng, path):
    names = [name.format(path.stem, path.suffix) for name in NAMES]
    names += [path.stem + suffix for suffix in ('.jpeg', '.JPG', '.png', '.gif', '.mp4', '')]
    names += [path.name.swapcase(), path.stem.replace('_', ' ') + path.suffix]
    return path.with_name(pick(rng, names))


def copy(rng, path):
    """The same again beside it, or one folder down."""
    target = other_name(rng, path)
    if rng.random() < 0.3:
        target = path.parent / 'again' / path.name
        target.parent.mkdir(exist_ok=True)
    if not target.exists():
        pick(rng, [shutil.copyfile, os.link])(path, target)


def remove(rng, path):
    path.unlink()


def to_folder(rng, path):
    path.unlink()
    path.mkdir()


def to_link(rng, path):
    """A link to its content elsewhere, to nothing, or to itself."""
    hidden = path.with_name(f'.{path.name[-100:]}.moved')
    path.rename(hidden)
    path.symlink_to(pick(rng, [hidden, 'nowhere', path.name]))


def to_pipe(rng, path):
    path.unlink()
    os.mkfifo(path)


def loop(rng, path):
    (path.parent / f'loop{rng.integers(1000)}').symlink_to(path.parent)


ACTS = [*[edit] * 8, *[rename] * 2, *[copy] * 3, remove, to_folder, to_link, to_pipe, loop]


def damage(rng, root):
    """Do one to three of these to files of a tree; return what was done, for the message."""
    done = []
    for _ in range(int(rng.integers(1, 4))):
        files = sorted(p for p in root.rglob('*') if p.is_file() and not p.is_symlink())
        if not files:
            break
        texts = [p for p in files if p.suffix in ('.txt', '.json', '.xml', '.csv')]
        path = pick(rng, texts if texts and rng.random() < 0.4 else files)
        act = pick(rng, ACTS)
        done.append(f'{act.__name__} {path.relative_to(root)}')
        with suppress(OSError):  # a name too long
            act(rng, path)
    return done
