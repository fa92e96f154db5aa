"""How an arm looks: colour, dash and marker, each from the arm alone, so that none changes those of others.

An arm that is called after its size, `modular_10`, has the colour of its size; a flat one that of the modules
whose chain has as many weights. Any other arm has a colour of its own, from its name.
"""

import colorsys
import math
import zlib
from itertools import chain

import numpy as np

from modgrow.arm import Arm

Colour = tuple[float, float, float]
SIZES = (2, 5, 10, 15, 20, 60)  # units per module, at which a ramp below has its colours
BY_SIZE = ("#440154", "#443983", "#287d8e", "#20a386", "#7ad151", "#bddf26")  # of matplotlib's viridis
COOL = ("#9ecae1", "#56b4e9", "#0173b2", "#0d4080", "#3b0f70", "#1b0440")  # modular, where families contrast
WARM = ("#f6dc85", "#e3b505", "#d55e00", "#e68c1a", "#8c510a", "#4d2c05")  # flat
MARKERS = {5: "o", 10: "s", 15: "D", 20: "^"}
OTHER_MARKERS = "vhp8"  # of other sizes
OWN_MARKERS = "PX*<>d"  # of arms with names of their own
DASHES = (0, (3, 1.5))


def looks(arms: dict[str, Arm]) -> dict[str, dict]:
    """Colour, dash and marker per arm: a colour per size, solid for modular, dashed for flat.

    The colour of an arm never depends on the others. Of two that would look alike the later name has another
    marker.
    """
    found = {}
    taken = set()
    for name in sorted(arms, key=lambda name: (not usual(name, arms[name]), name)):
        look = _look(name, arms[name])
        for marker in chain(look["marker"], OTHER_MARKERS, OWN_MARKERS):
            look["marker"] = marker
            if str(look) not in taken:
                break
        taken.add(str(look))
        found[name] = look
    return {name: found[name] for name in arms}


def contrasts(arms: dict[str, Arm]) -> dict[str, Colour]:
    """A colour per arm where few are compared: cool for modular, warm for flat."""
    return {name: _coloured(name, arm, COOL if arm.grows else WARM) for name, arm in arms.items()}


def own(name: str) -> tuple[Colour, str]:
    """Colour and marker of a name."""
    number = zlib.crc32(name.encode())
    red, green, blue = colorsys.hls_to_rgb(number % 360 / 360, 0.42, 0.65)
    return (red, green, blue), OWN_MARKERS[number // 360 % len(OWN_MARKERS)]


def usual(name: str, arm: Arm) -> bool:
    """Whether an arm is called after its architecture and size."""
    return name == f"{arm.architecture}_{arm.units}"


def _look(name: str, arm: Arm) -> dict:
    colour = _coloured(name, arm, BY_SIZE)
    size = _size(arm)
    marker = MARKERS.get(size, OTHER_MARKERS[size % len(OTHER_MARKERS)])
    return {
        "color": colour,
        "linestyle": "-" if arm.grows else DASHES,
        "marker": marker if usual(name, arm) else own(name)[1],
        "markerfacecolor": colour if arm.grows else "white",
    }


def _coloured(name: str, arm: Arm, ramp: tuple[str, ...]) -> Colour:
    return _on_ramp(ramp, _size(arm)) if usual(name, arm) else own(name)[0]


def _on_ramp(ramp: tuple[str, ...], size: int) -> Colour:
    """The colour at a size, between those of the two next to it."""
    channels = np.array([[int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)] for colour in ramp])
    red, green, blue = (float(np.interp(math.log(size), np.log(SIZES), channel)) for channel in channels.T)
    return red, green, blue


def _size(arm: Arm) -> int:
    """Units per module; of a flat arm those of the chain with as many weights at N = 30."""
    if arm.grows:
        return arm.units
    heads = max(arm.heads(30), 1)
    squares = 2 * heads - 1  # a chain of m units has squares * m^2 + heads * m weights
    matched = (math.sqrt(heads**2 + 4 * squares * arm.n_weights(heads)) - heads) / (2 * squares)
    return max(round(matched), 1)
