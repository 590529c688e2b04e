"""How sure a model stays of what it saw by day, from day to night, as SVG."""

from collections.abc import Sequence

WIDTH, HEIGHT = 320, 110
LEFT, RIGHT, TOP, BOTTOM = 34, 8, 8, 26


def chart(stops: Sequence[float], raw: Sequence[float], brightened: Sequence[float]) -> str:
    """Draw two lines of scores in [0, 1] over stops."""
    most = stops[-1]

    def x(stop: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * stop / most

    def y(score: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - score)

    def line(scores: Sequence[float], name: str) -> str:
        points = ' '.join(f'{x(a):.1f},{y(b):.1f}' for a, b in zip(stops, scores, strict=True))
        return f'<polyline class="{name}" points="{points}"/>'

    levels = ''.join(
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(v):.1f}" y2="{y(v):.1f}"/>'
        f'<text x="{LEFT - 4}" y="{y(v) + 3:.1f}" text-anchor="end">{100 * v:.0f}%</text>'
        for v in (0, 0.5, 1)
    )
    ticks = ''.join(
        f'<text x="{x(s):.1f}" y="{HEIGHT - BOTTOM + 12}" text-anchor="middle">{s:g}</text>'
        for s in stops
    )
    about = (
        f'<text x="{(WIDTH + LEFT) / 2}" y="{HEIGHT - 2}" text-anchor="middle">'
        'stops of light less</text>'
    )
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img">{levels}{ticks}{about}'
        f'{line(raw, "raw")}{line(brightened, "bright")}</svg>'
    )
