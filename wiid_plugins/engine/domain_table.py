"""Average precision by day and by night, side by side."""

from mmengine.hooks import Hook
from mmengine.logging import print_log

from ..registry import HOOKS

OVERALL, PER_CLASS = ('bbox_mAP_50', 'bbox_mAP'), '_precision'


@HOOKS.register_module()
class DomainTableHook(Hook):
    """Log what mmdet's ``CocoMetric`` found in joined sets as a table, classes down, domains across.

    It reads ``<domain>/coco/bbox_mAP``, ``.../bbox_mAP_50`` and, with ``classwise=True``,
    ``.../<class>_precision``, which is the mAP of a class.
    """

    def after_val_epoch(self, runner, metrics: dict | None = None) -> None:
        """Log the table of a validation."""
        print_log(f'\n{table(metrics or {})}', logger='current')

    def after_test_epoch(self, runner, metrics: dict | None = None) -> None:
        """Log the table of a test."""
        print_log(f'\n{table(metrics or {})}', logger='current')


def table(metrics: dict[str, float]) -> str:
    """Lay out mAP50 and mAP50-95 of all classes and mAP50-95 of each, in percent."""
    scores: dict[str, dict[str, float]] = {}
    for key, value in metrics.items():
        domain, _, name = key.partition('/coco/')
        if name in OVERALL or name.endswith(PER_CLASS):
            scores.setdefault(domain, {})[name] = value
    if not scores:  # mmdet gives no scores then
        return (
            'The detector found nothing in any set: train it longer, or look at its learning rate.'
        )
    names = dict.fromkeys(name for found in scores.values() for name in found)
    classes = [name for name in names if name not in OVERALL]
    titles = ['all classes, mAP50', 'all classes, mAP50-95']
    titles += [f'{name.removesuffix(PER_CLASS)}, mAP50-95' for name in classes]
    width = max(map(len, titles)) + 1
    lines = [' ' * width + ''.join(f'{domain:>16}' for domain in scores)]
    for title, name in zip(titles, [*OVERALL, *classes], strict=True):
        cells = (found.get(name, -1) for found in scores.values())
        texts = (f'{100 * v:.1f}' if v >= 0 else '-' for v in cells)  # -1 or nan: no such object
        lines.append(f'{title:<{width}}' + ''.join(f'{text:>16}' for text in texts))
    return '\n'.join(lines)
