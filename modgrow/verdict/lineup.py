"""Which arms a claim is judged on: its own, or in a sensitivity variant the changed ones and stand-ins."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from modgrow.verdict.claim import Claim
from modgrow.verdict.evidence import Evidence


@dataclass(frozen=True)
class Change:
    """What differs from the paper's settings; nothing, unless said.

    `changed` maps arms to the names they were trained under with the change; `stand_ins` maps arms of the
    paper to smaller ones that a variant trains in their place.
    """

    changed: dict[str, str] = field(default_factory=dict)
    stand_ins: dict[str, str] = field(default_factory=dict)

    @property
    def unchanged(self) -> "Change":
        """The same arms under the paper's settings."""
        return Change({arm: arm for arm in self.changed}, self.stand_ins)


class Part(NamedTuple):
    """One place in a claim: the arm that it names, who fills it, and the name its networks go by."""

    asked: str
    arm: str
    trained_as: str


def parts(claim: Claim, variant: Change) -> list[Part]:
    """Who would fill each place of a claim, in the order of its arms.

    An arm that the claim names anyway stands in for no other: it would be set against itself.
    """
    found = []
    for asked in claim.arms:
        stand_in = variant.stand_ins.get(asked, asked)
        arm = asked if stand_in in claim.arms else stand_in
        found.append(Part(asked, arm, variant.changed.get(arm, arm)))
    return found


def usable(part: Part, claim: Claim, evidence: Evidence, variant: Change) -> bool:
    """Whether a part has its tables, and what the claim says can be asked of it."""
    if not evidence.has(part.trained_as, claim.tables):
        return False
    if evidence.meant_to_grow(part.arm) != evidence.meant_to_grow(part.asked):
        return False
    if not variant.changed:
        return True
    if claim.trained_tau and not evidence.arms[part.trained_as].tau_trained:
        return False
    # A frozen arm at one learning rate is never compared with a trained one at another: what was not changed
    # takes part only beside changed arms of the other kind, growing or flat.
    changed_kinds = {evidence.grows(name) for name in variant.changed.values()}
    return part.arm in variant.changed or evidence.grows(part.trained_as) not in changed_kinds


def chosen(claim: Claim, evidence: Evidence, variant: Change) -> list[Part]:
    """The parts that the claim is judged on, as few as it `needs`; none if these are not at hand."""
    asked = parts(claim, variant)
    at_hand = [usable(part, claim, evidence, variant) for part in asked]
    if claim.needs == "all":
        return asked if all(at_hand) else []
    if claim.needs == "pairs":
        at_hand = _with_their_match(at_hand)
    taken = {part.trained_as: part for part, there in zip(asked, at_hand, strict=True) if there}
    return list(taken.values())


def _with_their_match(at_hand: Sequence[bool]) -> list[bool]:
    """Of arms whose second half matches the first, those of which both are there."""
    half = len(at_hand) // 2
    both = [a and b for a, b in zip(at_hand[:half], at_hand[half:], strict=True)]
    return both + both
