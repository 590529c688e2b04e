"""Whether all data sets of a run, and its checkpoint, mean the same classes."""

import copy
from collections.abc import Iterator, Sequence
from typing import Any

from mmengine.hooks import Hook
from torch.utils.data import Dataset

from ..registry import DATASETS, HOOKS


@HOOKS.register_module()
class ClassesHook(Hook):
    """Compare the classes of every labelled set before the first batch.

    In training those to validate and to test on are held against the training set, and that against
    the checkpoint to resume; in a test those to test on against the checkpoint's training set. A set
    of unlabelled images has no say, nor has one without names. A training looks at what is tested
    later, too: hours of training are not to end in a test set without labels.
    """

    trained: tuple[str, Sequence[str]] | None = None

    def after_load_checkpoint(self, runner, checkpoint: dict) -> None:
        """Note the classes that a checkpoint was trained with."""
        meta = (checkpoint.get('meta') or {}).get('dataset_meta') or {}
        classes = meta.get('classes', meta.get('CLASSES'))
        self.trained = (f'checkpoint {runner._load_from}', classes) if classes else None

    def before_train(self, runner) -> None:
        """Compare the sets to validate on with the training set."""
        dataset = runner.train_dataloader.dataset
        first = next(labelled_sets(dataset), None)
        if first is None:
            return
        if runner._resume and self.trained:
            compare(*self.trained, *first)
        later = [runner.val_loop.dataloader.dataset] if runner.val_loop is not None else []
        for dataset in (*later, *sets_to_test(runner.cfg.get('test_dataloader'))):
            for name, classes in labelled_sets(dataset):
                compare(f'training set {first[0]}', first[1], name, classes)

    def before_test(self, runner) -> None:
        """Compare the sets to test on with what the checkpoint was trained on."""
        for name, classes in labelled_sets(runner.test_dataloader.dataset):
            if self.trained:
                compare(*self.trained, name, classes)


def sets_to_test(loader: dict | None) -> Iterator[Dataset]:
    """Give the sets of a config to test on, each list of files once.

    Raises:
        ValueError: If nothing in one of them has a label.
    """
    joined = (loader or {}).get('dataset')
    parts = joined.get('datasets', [joined]) if isinstance(joined, dict) else []
    seen: list[dict] = []
    for part in parts:
        files = {key: [] if key == 'pipeline' else part[key] for key in part}
        if files not in seen:
            seen.append(files)
            dataset = DATASETS.build(copy.deepcopy(files))
            check_labels(dataset)
            yield dataset


def check_labels(dataset: Any) -> None:
    """Refuse a set of images with boxes in which there is no box.

    Raises:
        ValueError: If it is one.
    """
    found = (dataset.get_data_info(i).get('instances') for i in range(len(dataset)))
    boxes = [instances for instances in found if instances is not None]
    if boxes and not any(boxes):
        raise ValueError(
            f'{dataset.ann_file}: none of its {len(boxes)} images has a label, there is nothing to '
            'score; test on labelled images, unlabelled dark ones belong into wiid.dark'
        )


def labelled_sets(dataset) -> Iterator[tuple[str, Sequence[str]]]:
    """Give name and classes of each set in wrapped and joined ones that names its classes.

    Raises:
        ValueError: Of :func:`check_classes`; a toolbox's own list is taken as it is: ImageNet's has
            two cranes.
    """
    parts = list(getattr(dataset, 'datasets', ())) or [getattr(dataset, 'dataset', None)]
    if parts != [None]:
        for part in parts:
            yield from labelled_sets(part)
        return
    classes = (getattr(dataset, 'metainfo', None) or {}).get('classes')
    if classes and getattr(dataset, 'with_label', True):
        names = (getattr(dataset, key, None) for key in ('ann_file', 'img_prefix'))
        name = str(next(filter(None, names), type(dataset).__name__))
        if classes != getattr(dataset, 'METAINFO', {}).get('classes'):
            check_classes(name, classes)
        yield name, classes


def check_classes(name: str, classes: Sequence[str]) -> None:
    """Refuse a single string, which Python takes for its letters, and a name that stands twice.

    Raises:
        ValueError: With the mend.
    """
    if isinstance(classes, str):
        raise ValueError(
            f'{name}: classes is the text {classes!r}; a tuple of one needs a comma: ({classes!r},)'
        )
    twice = [repr(c) for c in dict.fromkeys(classes) if list(classes).count(c) > 1]
    if twice:
        raise ValueError(f'{name}: metainfo.classes names {", ".join(twice)} more than once')


def compare(known: str, wanted: Sequence[str], name: str, found: Sequence[str]) -> None:
    """Compare two lists of classes.

    Args:
        known: What `wanted` comes from.
        wanted: Its classes.
        name: What `found` comes from.
        found: Its classes.

    Raises:
        ValueError: If they differ; it says in what.
    """
    if not isinstance(found, str) and list(wanted) == list(found):
        return
    check_classes(name, found)
    lower = {c.lower(): c for c in wanted}
    extra = [c for c in found if c not in wanted]
    cased = [f'{c!r} for {lower[c.lower()]!r}' for c in extra if c.lower() in lower]
    like = {c.lower() for c in found}
    faults = {
        'missing': [repr(c) for c in wanted if c not in found and c.lower() not in like],
        'unknown': [repr(c) for c in extra if c.lower() not in lower],
        'written otherwise': cased,
    }
    shown = '; '.join(f'{what}: {_some(names)}' for what, names in faults.items() if names)
    if not shown:
        shown = f'in another order: {_some(list(map(repr, found)))}'
    raise ValueError(
        f'{name}: its classes are not those of the {known} ({shown}), so its labels mean other '
        f'things. Give it metainfo=dict(classes=...) as there: {tuple(wanted)}'
    )


def _some(names: list[str], most: int = 8) -> str:
    return ', '.join(names[:most]) + f', ... ({len(names)})' * (len(names) > most)
