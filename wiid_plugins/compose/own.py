"""Somebody's own data: paths in, dataset configs out, heads of the right width."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from mmengine.config import Config, ConfigDict

from .tasks import TASKS, Task

KEYS = ('day', 'dark', 'night', 'test', 'classes')  # and size, at the top of configs/own/*.py
FILES = {
    'mmpretrain': 'a folder with a folder of images per class',
    'mmdet': 'a COCO annotation file (.json)',
    'mmaction': 'a list of `clip label` lines (.txt)',
}


def lay(cfg: Config, block: ConfigDict) -> None:
    """Lay the data at the top of a config of ``configs/own`` on it.

    Args:
        cfg: Changed in place: training, validation and test set, width of the heads.
        block: The block ``wiid``, changed in place.

    Raises:
        FileNotFoundError: If a path is not there.
        ValueError: If there is none to train on.
    """
    if 'day' not in cfg:
        return
    day, dark, night, test, classes = (cfg.pop(key, None) for key in KEYS)
    if not day:
        raise ValueError('day=... is missing: the labelled images or clips by day to train on')
    if dark:
        block.dark = dark
    if block.task == 'yolo':
        lay_yaml(cfg, block, Path(day), night, test)
        return
    task = TASKS[block.task]
    set_size(cfg)
    train = innermost(cfg.train_dataloader.dataset)
    replace(train, as_labelled(day, train, task))
    classes = tuple(classes or classes_of(train, task))
    for loader in (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader):
        innermost(loader.dataset).metainfo = dict(classes=classes)
    for part in (cfg.model, cfg.get('data_preprocessor') or {}):
        for node in nodes(part):
            if isinstance(node.get('num_classes'), int) and node['num_classes'] > 0:
                node['num_classes'] = len(classes)
    lay_tests(cfg, block, test, night)


def lay_tests(cfg: Config, block: ConfigDict, test: str | None, night: str | None) -> None:
    """Test and validate on what there is; validation watches, nothing is picked by it."""
    block.day = test
    if night:
        block.night = night
        block.val = dict(day=test, night=night)
    elif test:
        block.val = dict(day=test)
    else:
        cfg.test_pipeline = innermost(cfg.test_dataloader.dataset).pipeline  # to predict with
        for job in ('val', 'test'):
            cfg[f'{job}_dataloader'] = cfg[f'{job}_evaluator'] = cfg[f'{job}_cfg'] = None


def set_size(cfg: Config) -> None:
    """Write the size at the top of a config into its pipelines, where their sizes are words."""
    size = cfg.pop('size')
    edge = round(size * 8 / 7)  # what a test's centre is cut out of
    sizes = {'size': size, 'square': (size, size), 'edge': edge, 'short edge': (-1, edge)}
    for job in ('train', 'val', 'test'):
        for node in nodes(cfg[f'{job}_dataloader']):
            node.update({k: sizes[v] for k, v in node.items() if isinstance(v, str) and v in sizes})


def lay_yaml(
    cfg: Config, block: ConfigDict, file: Path, night: str | None, test: str | None
) -> None:
    """Take over the data YAML of an Ultralytics user; its ``val`` is the test by day.

    Raises:
        FileNotFoundError: If it is not there.
        ValueError: If it is not one.
    """
    data = _read(file, yaml.safe_load, 'a data YAML of Ultralytics')
    lost = [key for key in ('train', 'val', 'names') if key not in data]
    if lost:
        raise ValueError(f'{file}: has no {", ".join(lost)}; give a data YAML of Ultralytics')
    root = file.parent / data.get('path', '')
    root = root if root.is_dir() else Path(data.get('path', ''))
    names = data['names']
    cfg.data = dict(path=str(root.resolve()), train=data['train'], val=data['val'])
    cfg.data.names = list(names.values()) if isinstance(names, dict) else names
    block.day = str(Path(test).resolve()) if test else data['val']
    if night:
        block.night = str(Path(night).resolve())


def replace(old: ConfigDict, new: ConfigDict) -> None:
    """Give a config that others hold another content."""
    content = dict(new)
    old.clear()
    old.update(content)


def nodes(part: Any) -> Iterator[dict]:
    """All dicts of a config."""
    if isinstance(part, dict):
        yield part
        part = list(part.values())
    if isinstance(part, list | tuple):
        for child in part:
            yield from nodes(child)


def innermost(dataset: ConfigDict) -> ConfigDict:
    """The set inside of those that repeat or mix it.

    Raises:
        ValueError: If several are joined.
    """
    while 'dataset' in dataset:
        dataset = dataset['dataset']
    if 'datasets' in dataset:
        raise ValueError(
            f'{dataset["type"]} joins several sets, and wiid makes day and night of one; give the '
            'stock config a single set'
        )
    return dataset


def as_labelled(path: str, stock: ConfigDict, task: Task) -> ConfigDict:
    """Give the config of a labelled set, with the pipeline of a stock one.

    Args:
        path: A folder of class folders, a COCO annotation file, or a list of clips.
        stock: The stock set.
        task: Of the stock config.

    Raises:
        FileNotFoundError: If there is nothing.
        ValueError: If it is not what the toolbox needs.
    """
    place = Path(path)
    if not place.exists():
        raise FileNotFoundError(f'{path}: there is no such data; give {FILES[task.scope]}')
    kept = {k: stock[k] for k in ('metainfo', 'test_mode', 'pipeline') if k in stock}
    if task.scope == 'mmpretrain':
        if 'extensions' in stock:
            kept['extensions'] = stock.extensions
        return ConfigDict(type='wiid_plugins.ClassFolder', data_prefix=path, **kept)
    if place.is_dir():
        raise ValueError(f'{path}: is a folder; give {FILES[task.scope]}')
    if task.scope == 'mmaction':
        video = dict(video=str(place.parent))
        return ConfigDict(type='wiid_plugins.ClipList', ann_file=path, data_prefix=video, **kept)
    if 'filter_cfg' in stock:
        kept['filter_cfg'] = stock.filter_cfg
    images = dict(img=str(find_images(place)))
    return ConfigDict(type='wiid_plugins.CheckedCoco', ann_file=path, data_prefix=images, **kept)


def find_images(annotations: Path) -> Path:
    """Find the folder that the file names of a COCO file start from.

    Raises:
        FileNotFoundError: If the first image is in none of the usual places.
        ValueError: If the file lists no image.
    """
    images = _read_coco(annotations)['images']
    if not images:
        raise ValueError(f'{annotations}: lists no image')
    name, stem = images[0]['file_name'], annotations.stem.removeprefix('instances_')
    places = [
        root / folder
        for root in (annotations.parent, annotations.parent.parent)
        for folder in ('', 'images', stem, f'images/{stem}')
    ]
    for place in places:
        if (place / name).is_file():
            return place
    looked = ', '.join(str(place) for place in places)
    raise FileNotFoundError(
        f'{annotations}: its first image {name} is in none of {looked}; move the images there'
    )


def classes_of(train: ConfigDict, task: Task) -> tuple[str, ...]:
    """Read the classes off the training set.

    They are the folders of images, the categories of a COCO file, or of clips the lines of a
    ``classes.txt`` beside the list, else the numbers up to the highest label.

    Raises:
        ValueError: If there are none.
    """
    if task.scope == 'mmpretrain':
        folder = Path(train.data_prefix)
        found = sorted(p.name for p in folder.iterdir() if p.is_dir())
        what = 'no folders of classes'
    elif task.scope == 'mmdet':
        found = [category['name'] for category in _read_coco(Path(train.ann_file))['categories']]
        what = 'no categories'
    else:
        found, what = _classes_of_clips(Path(train.ann_file)), 'no labelled clip'
    if not found:
        where = train.get('ann_file') or train.data_prefix
        raise ValueError(f'{where}: has {what}; give {FILES[task.scope]}')
    return tuple(found)


def _classes_of_clips(file: Path) -> list[str]:
    named = file.with_name('classes.txt')
    if named.is_file():
        return named.read_text(encoding='utf-8-sig').rstrip().splitlines()
    lines = file.read_text(encoding='utf-8-sig').splitlines()
    labels = [line.split()[-1] for line in lines if line.strip()]
    return [str(n) for n in range(1 + max((int(w) for w in labels if w.isdecimal()), default=-1))]


def _read_coco(file: Path) -> dict:
    content = _read(file, json.load, 'a COCO annotation file')
    lost = [key for key in ('images', 'annotations', 'categories') if key not in content]
    if lost:
        raise ValueError(f'{file}: has no {", ".join(lost)}; give a COCO annotation file')
    return content


def _read(file: Path, reader: Any, what: str) -> dict:
    if not file.is_file():
        raise FileNotFoundError(f'{file}: there is no such file; give {what}')
    try:
        with file.open(encoding='utf-8-sig') as stream:
            content = reader(stream)
    except (ValueError, yaml.YAMLError) as error:
        raise ValueError(f'{file}: is not {what} ({error})') from error
    if not isinstance(content, dict):
        raise ValueError(f'{file}: is not {what}')
    return content
