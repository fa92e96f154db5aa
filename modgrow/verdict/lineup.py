"""Which arms a claim is judged on: its own, as many as are at hand and as few as it needs."""

from collections.abc import Sequence

from modgrow.verdict.claim import Claim
from modgrow.verdict.evidence import Evidence


def chosen(claim: Claim, evidence: Evidence) -> list[str]:
    """The arms that the claim is judged on, in its order; none if those it `needs` are not at hand."""
    at_hand = [usable(arm, claim, evidence) for arm in claim.arms]
    if claim.needs == "all" and not all(at_hand):
        return []
    if claim.needs == "pairs":
        at_hand = _with_their_match(at_hand)
    return [arm for arm, there in zip(claim.arms, at_hand, strict=True) if there]


def usable(arm: str, claim: Claim, evidence: Evidence) -> bool:
    """Whether an arm has its tables, and what the claim says can be asked of it."""
    if not evidence.has(arm, claim.tables):
        return False
    if not evidence.of_column:
        return True
    of_its_kind = evidence.meant_to_grow(arm) == evidence.grows(arm)
    return of_its_kind and (evidence.arms[arm].tau_trained or not claim.trained_tau)


def _with_their_match(at_hand: Sequence[bool]) -> list[bool]:
    """Of arms whose second half matches the first, those of which both are there."""
    half = len(at_hand) // 2
    both = [a and b for a, b in zip(at_hand[:half], at_hand[half:], strict=True)]
    return both + both
