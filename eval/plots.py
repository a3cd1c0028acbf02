"""The report's plots as inline SVG: colours come from the page, so that they follow its light or dark theme."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 460.0, 300.0
LEFT, RIGHT, TOP, BOTTOM = 52.0, 16.0, 14.0, 44.0
LINE_STYLES = ("", "7 4", "2 3", "9 3 2 3")
"""Dashes of the lines of one plot, so that they can be told apart without their colours."""

MARK_WIDTH = 132.0
"""Of the small drawings of an interval in a table."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Shape:
    """An element of a drawing: its name in SVG, its attributes, and the text in it."""

    name: str
    attributes: Mapping[str, object]
    text: object = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Shapes in the order in which they are drawn, and the attributes of the ``svg`` element around them."""

    shapes: Sequence[Shape]
    attributes: Mapping[str, object]


def shape(name: str, text: object = "", /, **attributes: object) -> Shape:
    """A shape. ``class_`` stands for ``class``, other underscores for hyphens; None leaves an attribute out.

    Coordinates are written with at most two decimals, which is enough.
    """
    written = {key.rstrip("_").replace("_", "-"): _short(value) for key, value in attributes.items()}
    return Shape(name, written, text)


def _short(value: object) -> object:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else value


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis: its label, its ends, and its ticks with their labels."""

    label: str
    low: float
    high: float
    ticks: Sequence[tuple[float, str]]


def percent_axis(label: str) -> Axis:
    """An axis of shares, 0 to 1, in percent."""
    return Axis(label, 0.0, 1.0, [(tick / 4, f"{25 * tick}%") for tick in range(5)])


def line_plot(title: str, x: Axis, y: Axis, lines: Mapping[str, Sequence[Point]], mark: Point | None = None) -> Drawing:
    """Lines over two axes; with several, each is labelled in a legend; ``mark`` is one point set apart."""
    place = _Scale(x, y)
    parts: list[Shape] = []
    for number, points in enumerate(lines.values()):
        path = " ".join(f"{'L' if n else 'M'}{place.x(a):.1f} {place.y(b):.1f}" for n, (a, b) in enumerate(points))
        dashes = LINE_STYLES[number % len(LINE_STYLES)] or None
        parts.append(shape("path", d=path, class_=f"line s{number % 4}", stroke_dasharray=dashes))
        if len(points) <= 24:
            parts += [
                shape("circle", cx=place.x(a), cy=place.y(b), r=2.6, class_=f"dot s{number % 4}") for a, b in points
            ]
    if mark is not None:
        parts.append(shape("circle", cx=place.x(mark[0]), cy=place.y(mark[1]), r=5.5, class_="ring"))
    return _figure(title, x, y, parts, list(lines) if len(lines) > 1 else [])


def reliability_plot(title: str, bins: Sequence[Mapping[str, float | None]]) -> Drawing:
    """Share that was right per bin of confidence; on the diagonal, confidence means what it says."""
    x, y = percent_axis("confidence"), percent_axis("share that was right")
    place = _Scale(x, y)
    parts = [shape("line", x1=place.x(0), y1=place.y(0), x2=place.x(1), y2=place.y(1), class_="diagonal")]
    for part in bins:
        accuracy, count = part["accuracy"], part["count"]
        if accuracy is None or not count:
            continue
        low, high = float(part["low"] or 0), float(part["high"] or 0)
        left, width = place.x(low) + 2, place.x(high) - place.x(low) - 4
        height = place.y(0) - place.y(accuracy)
        parts.append(shape("rect", x=left, y=place.y(accuracy), width=width, height=max(height, 1.0), class_="bar"))
        label_y = max(place.y(accuracy) - 4, TOP + 9)
        parts.append(shape("text", int(count), x=left + width / 2, y=label_y, class_="count", text_anchor="middle"))
    return _figure(title, x, y, parts, [])


def histogram(title: str, edges: Sequence[float], counts: Sequence[int], lines: Mapping[str, float]) -> Drawing:
    """Bars of how often; ``lines`` are values named at the top, such as the median."""
    top = max(counts, default=1) or 1
    x = Axis("milliseconds", edges[0], edges[-1], _round_ticks(edges[0], edges[-1]))
    y = Axis("questions", 0, top * 1.12, [(tick, label) for tick, label in _round_ticks(0, top) if tick == int(tick)])
    place = _Scale(x, y)
    parts = [
        shape(
            "rect",
            x=place.x(edges[n]) + 0.75,
            y=place.y(count),
            width=max(place.x(edges[n + 1]) - place.x(edges[n]) - 1.5, 0.5),
            height=place.y(0) - place.y(count),
            class_="bar",
        )
        for n, count in enumerate(counts)
        if count
    ]
    for number, (name, value) in enumerate(lines.items()):
        at = place.x(min(value, edges[-1]))
        end = at > WIDTH - 90
        parts.append(shape("line", x1=at, y1=TOP, x2=at, y2=HEIGHT - BOTTOM, class_="marker"))
        anchor, shift = ("end", -4) if end else ("start", 4)
        parts.append(shape("text", name, x=at + shift, y=TOP + 10 + 14 * number, class_="count", text_anchor=anchor))
    return _figure(title, x, y, parts, [])


def interval_mark(value: float, low: float, high: float, top: float = 1.0) -> Drawing:
    """A value with its interval on a scale from 0 to ``top``, for a cell of a table."""

    def at(number: float) -> float:
        return 4 + (MARK_WIDTH - 8) * min(max(number / top, 0.0), 1.0)

    return _mark(
        shape("line", x1=at(0), y1=9.0, x2=at(top), y2=9.0, class_="track"),
        shape("line", x1=at(low), y1=9.0, x2=at(high), y2=9.0, class_="range"),
        shape("circle", cx=at(value), cy=9.0, r=3.6, class_="dot s0"),
    )


def difference_mark(difference: float, low: float, high: float, reach: float) -> Drawing:
    """A difference with its interval on a scale from ``-reach`` to ``reach``, with 0 in the middle."""

    def at(number: float) -> float:
        return MARK_WIDTH / 2 + (MARK_WIDTH / 2 - 4) * min(max(number / reach, -1.0), 1.0)

    return _mark(
        shape("line", x1=at(-reach), y1=9.0, x2=at(reach), y2=9.0, class_="track"),
        shape("line", x1=at(0), y1=2.0, x2=at(0), y2=16.0, class_="zero"),
        shape("line", x1=at(low), y1=9.0, x2=at(high), y2=9.0, class_="range"),
        shape("circle", cx=at(difference), cy=9.0, r=3.6, class_="dot s0"),
    )


def _mark(*shapes: Shape) -> Drawing:
    box = f"0 0 {MARK_WIDTH:.0f} 18"
    size = {"viewBox": box, "width": int(MARK_WIDTH), "height": 18}
    return Drawing(shapes, size | {"class": "mark", "aria-hidden": "true"})


class _Scale:
    """From values to coordinates of the drawing."""

    def __init__(self, x: Axis, y: Axis) -> None:
        self._x, self._y = x, y

    def x(self, value: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (value - self._x.low) / ((self._x.high - self._x.low) or 1)

    def y(self, value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value - self._y.low) / ((self._y.high - self._y.low) or 1)


def _figure(title: str, x: Axis, y: Axis, parts: Sequence[Shape], legend: Sequence[str]) -> Drawing:
    place = _Scale(x, y)
    frame: list[Shape] = [shape("title", title)]
    for value, label in y.ticks:
        at = place.y(value)
        frame.append(shape("line", x1=LEFT, y1=at, x2=WIDTH - RIGHT, y2=at, class_="grid"))
        frame.append(shape("text", label, x=LEFT - 8, y=at + 4, text_anchor="end"))
    for value, label in x.ticks:
        frame.append(shape("text", label, x=place.x(value), y=HEIGHT - BOTTOM + 17, text_anchor="middle"))
    frame.append(
        shape("text", x.label, x=(LEFT + WIDTH - RIGHT) / 2, y=HEIGHT - 6, text_anchor="middle", class_="label")
    )
    middle = (TOP + HEIGHT - BOTTOM) / 2
    turned = f"rotate(-90 12 {middle:.0f})"
    frame.append(shape("text", y.label, x=12.0, y=middle, text_anchor="middle", class_="label", transform=turned))
    keys: list[Shape] = []
    for number, name in enumerate(legend):
        at = HEIGHT - BOTTOM - 14 - 16.0 * (len(legend) - 1 - number)
        dashes = LINE_STYLES[number % len(LINE_STYLES)] or None
        style = f"line s{number % 4}"
        start = WIDTH - RIGHT - 150
        keys.append(shape("line", x1=start, y1=at - 4, x2=start + 26, y2=at - 4, class_=style, stroke_dasharray=dashes))
        keys.append(shape("text", name, x=start + 34, y=at, class_="key"))
    box = f"0 0 {WIDTH:.0f} {HEIGHT:.0f}"
    return Drawing([*frame, *parts, *keys], {"viewBox": box, "role": "img", "class": "plot", "aria-label": title})


def _round_ticks(low: float, high: float) -> list[tuple[float, str]]:
    """Four to eight ticks at 1, 2 or 5 times a power of ten."""
    span = (high - low) or 1.0
    step = 10.0 ** int(f"{span:e}".split("e")[1])
    for divisor in (1, 2, 5, 10):
        if span / (step / divisor) >= 4:
            step /= divisor
            break
    first = int(low / step)
    ticks = [step * n for n in range(first, int(high / step) + 1) if step * n >= low]
    return [(tick, f"{tick:g}") for tick in ticks]
