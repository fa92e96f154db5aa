"""A moving picture of a chain that grows: its modules appear one after another, and their answers fill up.

Older modules never change again, so one trained chain shows what it answered when it was shorter.
"""

from collections.abc import Iterator
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from modgrow.figures.look import COLOURS, Running

CELL = (9, 14)  # of one answer, in pixels as all below
DOT = 9  # of a unit
MARGIN = 14
NAME = 64  # of a module
TOP = 64  # for the caption and the bits
MILLISECONDS = 90  # of a frame
LAST = 3000  # of the finished picture
GROWN = 0.6  # share of the steps in which the chain grows
INK = (40, 44, 52)
PALE = (150, 154, 160)
BLUE = np.array([33, 92, 150])


def write(running: Running, path: str | Path) -> None:
    """Write an animated GIF of a chain of which every module is shown. `running.activity` holds them all.

    It begins with the finished picture, which is all that is seen where nothing moves.
    """
    *growing, finished = (frame.quantize(64, dither=Image.Dither.NONE) for frame in draw(running))
    durations = [LAST] + [MILLISECONDS] * len(growing)
    finished.save(path, save_all=True, append_images=growing, duration=durations, loop=0, optimize=True)


def draw(running: Running) -> Iterator[Image.Image]:
    """A frame for every step."""
    births = births_of(running)
    for step in range(len(running.bits)):
        yield _frame(running, births, step)


def births_of(running: Running) -> np.ndarray:
    """The step at which each module appears: the first at once, the others evenly after it."""
    heads, steps = running.answers.shape
    return np.linspace(0, round(GROWN * steps), heads).astype(int)


def _frame(running: Running, births: np.ndarray, step: int) -> Image.Image:
    heads, steps = running.answers.shape
    units = len(running.activity[1][0])
    left = MARGIN + NAME + DOT * units + 12
    size = (left + CELL[0] * steps + MARGIN, TOP + CELL[1] * heads + MARGIN)
    image = Image.new("RGB", size, "white")
    canvas = ImageDraw.Draw(image)
    there = int((births <= step).sum())
    canvas.text((MARGIN, 10), _caption(running, there, step), font=_font(17), fill=INK)
    _bits(canvas, running.bits[: step + 1], left)
    for head in range(there):
        _module(canvas, running, head, step)
        _answers(canvas, running, head, births[head], step, left)
    return image


def _caption(running: Running, there: int, step: int) -> str:
    n = running.n_first + there - 1
    if there < len(running.answers):
        return f"N = {n} is learnt: one more module, a copy of the last"
    if running.wrong[:, : step + 1].any():
        return "A wrong answer is handed on, one module a step"
    return f"{there} modules answer for the last {running.n_first} to {n} bits: is the number of ones odd?"


def _bits(canvas: ImageDraw.ImageDraw, bits: np.ndarray, left: int) -> None:
    canvas.text((left - 8, TOP - 26), "bits", font=_font(13), fill=PALE, anchor="ra")
    for step, bit in enumerate(bits):
        canvas.rectangle(_cell(left, TOP - 24, step, 0), fill=INK if bit else (226, 228, 232))


def _module(canvas: ImageDraw.ImageDraw, running: Running, head: int, step: int) -> None:
    """The name of a module and its units, dark where they are active."""
    y = TOP + CELL[1] * head
    canvas.text((MARGIN, y), f"N = {running.n_first + head}", font=_font(12), fill=INK)
    states = running.activity[head + 1]
    most = np.percentile(states, 99) or 1.0
    for unit, state in enumerate(np.clip(states[step] / most, 0.0, 1.0)):
        x = MARGIN + NAME + DOT * unit
        colour = tuple((255 - state * (255 - BLUE)).astype(int))
        canvas.ellipse((x, y + 2, x + DOT - 2, y + DOT), fill=colour, outline=(205, 210, 216))


def _answers(
    canvas: ImageDraw.ImageDraw, running: Running, head: int, born: int, step: int, left: int
) -> None:
    for t in range(born, step + 1):
        if running.asked[head, t]:
            said = "wrong" if running.wrong[head, t] else f"answer {running.answers[head, t]:.0f}"
            colour = tuple(round(255 * part) for part in COLOURS[said])
            canvas.rectangle(_cell(left, TOP, t, head), fill=colour, outline=(236, 238, 240))


def _cell(left: int, top: int, step: int, row: int) -> tuple[int, int, int, int]:
    x = left + CELL[0] * step
    y = top + CELL[1] * row
    return (x, y, x + CELL[0] - 1, y + CELL[1] - 3)


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSans.ttf", size)
