"""What the modules of a chain can hold the bit before with, and which arms differ in nothing else.

The exclusive or of a module needs two bits of different times. The delay of W^FF can hold one of them, or the
module's own recurrence, or its leak. (The input is no such thing: it brings the newest bit.)
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from modgrow.arm import Arm

POLICIES = {"copy train": "trained", "copy freeze": "frozen", "zero freeze": "none"}
PARTS = ("recurrent", "tau", "input")


class Holding(NamedTuple):
    """What modules have from the second on: each `trained`, `frozen` (as it was copied) or `none`.

    The delay, which nothing trains, is `trained` where it is there. No tau: no leak.
    """

    delay: str
    recurrent: str
    tau: str
    input: str


def holding(arm: Arm) -> Holding:
    """That of a chain whose policies are among `POLICIES`. Raises KeyError for another."""
    delay = "trained" if arm.feedforward_delay else "none"
    return Holding(delay, *(POLICIES[getattr(arm.growth, part)] for part in PARTS))


def controlled(arms: Mapping[str, Arm], plain: Iterable[str]) -> dict[str, list[str]]:
    """Each `plain` chain on parity with the arms that are it but for what can hold the bit before.

    The chain itself is the first of them. Chains of which nothing was taken away are left out.
    """
    found = {}
    for name in plain:
        alike = [other for other, arm in arms.items() if other != name and _is_but_for_it(arm, arms[name])]
        if any("none" in holding(arms[other]) for other in alike) and arms[name].task == "parity":
            found[name] = [name, *alike]
    return found


def _is_but_for_it(arm: Arm, chain: Arm) -> bool:
    """Whether an arm with all that can hold the bit before would be that chain."""
    if not (arm.grows and chain.grows):
        return False
    if any(getattr(growth, part) not in POLICIES for growth in (arm.growth, chain.growth) for part in PARTS):
        return False
    whole = {part: getattr(chain.growth, part) for part in PARTS}
    restored = {"feedforward_delay": chain.feedforward_delay, "growth": arm.growth.model_copy(update=whole)}
    return arm.model_copy(update=restored) == chain
