"""Write the report from what was measured."""

from pathlib import Path

from .curves import INK, as_svg, draw, write_png
from .findings import Findings, sentence, write_csv
from .page import page
from .pictures import Picture, examples, place_night
from .subject import Subject

HEADLINE = {True: 'mAP50-95', False: 'class mean'}  # boxes? -> the score that is drawn
CALIBRATION = 'Expected calibration error (15 bins): how far confidence is from being right'


def write(
    found: list[Findings],
    first: Subject,
    seen: dict[str, list[Picture]],
    out: Path,
    limit: int | None,
) -> str:
    """Write page, picture and table; give the sentence.

    Args:
        found: A model each, with all its records.
        first: The model whose test sets and darkening count.
        seen: Pictures by day and maybe by night.
        out: A folder.
        limit: About how many images each set was cut to.
    """
    day, dark = seen['day'], seen.get('night', [])
    night = place_night(day, dark, first.darken) if dark else None
    metric = HEADLINE[first.boxes]
    metrics = {f'Score ({metric}) over the light': metric}
    if all('ECE' in model.records[0, False]['scores'] for model in found):
        metrics[CALIBRATION] = 'ECE'
    charts = {text: as_svg(draw(found, m, night, INK), m) for text, m in metrics.items()}
    summary = sentence(found, metric)
    strips = examples(day, dark, first.darken, first.enhance)
    text = page(found, summary, charts, strips, notes(found, first, night, limit))
    (out / 'report.html').write_text(text, encoding='utf-8')
    write_png(draw(found, metric, night, 'black'), out / 'curves.png')
    write_csv(found, metric, out / 'report.csv')
    return summary


def notes(
    found: list[Findings], first: Subject, night: float | None, limit: int | None
) -> list[str]:
    """Say how it was measured."""
    ranges = ', '.join(f'{k}={v}' for k, v in first.darken.items() if k != 'exposure') or 'defaults'
    told = [
        'No label of a night picture is needed: the levels are made of the labelled day test set.',
        f'Test sets and darkening are those of {first.config}, for all models; each model reads them '
        'by its own test pipeline and with its own enhancement.',
        f'Darkening: exposure fixed for each level, the rest drawn once for each image, the same at '
        f'every level and for every model ({ranges}).',
        'The first level is the picture as it is, so that the second brings colour, haze and noise as '
        'well as half the light.',
        'Noise falls on the picture as the network gets it, behind resizing, where a config darkens '
        'there.',
    ]
    if limit is not None:
        told.append(f'About {limit} images of each test set, evenly over the classes (--limit).')
    if night is not None:
        told.append(
            'Real night: the labelled night test set, at the level at which the median picture has '
            f'the same median luminance in linear light ({night:.1f} stops). Its pictures are others '
            'than those by day, so that the curve need not meet the points.'
        )
    images = {model.records[0, False].get('images') for model in found} - {None}
    told += [f'{images.pop()} images by day.'] if images else []
    told.append('One checkpoint each: differences between seeds are not shown.')
    return told
