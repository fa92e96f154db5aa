"""Networks that take apart what the growing chain has at once: growth by copying, freezing, heads of its own.

Two kinds beside each other here differ in one thing. A module above the newest head is read by no head and
by no module below it (W^FF leads upwards), so that no gradient reaches it: a chain that stands from the start
is one that grows by fresh modules. What growth adds is the copy, and `static_chain` is the one without.
"""

from typing import NamedTuple

from modgrow.arm import Arm


class Kind(NamedTuple):
    """What a network is made of, and how it is trained."""

    words: str
    chained: bool = True  # W^R within modules and W^FF to the next; else W^R among all units
    copied: bool = False  # whether a module is born as a copy of the one below; else drawn afresh
    frozen: bool = False  # whether modules, with their heads, stop training when the next one comes
    own_heads: bool = True  # whether a head reads a block of its own; else all units
    at_once: bool = False  # whether all N are trained from the first update on; else one after another


KINDS = {
    "grown_frozen": Kind("grown by copies, older modules frozen", copied=True, frozen=True),
    "grown_unfrozen": Kind("grown by copies, all modules train", copied=True),
    "static_chain": Kind("chain there from the start, all modules train"),
    "static_at_once": Kind("chain there from the start, all N at once", at_once=True),
    "flat_blocks": Kind("flat, heads read blocks of their own", chained=False),
    "flat": Kind("flat, heads read all units", chained=False, own_heads=False),
}


def head_units(kind: Kind, arm: Arm) -> int:
    """How many units a head reads."""
    blocks = arm.heads(arm.n_max) if kind.own_heads and not kind.chained else 1
    return arm.units // blocks
