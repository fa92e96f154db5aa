"""How a claim's components become a verdict, and verdicts at several rates become one."""

import math
from collections.abc import Mapping
from typing import NamedTuple

from modgrow.verdict.claim import Claim
from modgrow.verdict.intervals.interval import EQUIVALENCE, LEVEL, AtLevel, Interval, p_of
from modgrow.verdict.intervals.seeds import seeds_needed
from modgrow.verdict.intervals.several import farthest, highest, lowest
from modgrow.verdict.sample import Sample

FEWEST = 3  # networks per arm
REPRODUCED, DEPENDS, CONTRADICTED, EQUIVALENT, UNDECIDED = VERDICTS = (
    "reproduced", "depends on the rate", "contradicted", "equivalent", "undecided",
)  # fmt: skip
NOT_JUDGED = "not judged"
RATES = ("0.05", "0.1", "0.2", "0.4")  # learning rates of the flat networks in a comparison of families
ALPHA = 1 - LEVEL


class Found(NamedTuple):
    """A claim's numbers: the interval judged, the difference of means beside it, networks, what they say."""

    interval: Interval
    difference: float
    n_seeds: int
    n_left_out: int
    verdict: str
    seeds_needed: float


def found(claim: Claim, sample: Sample) -> Found:
    """What a claim's components say, whether it is to be judged or not."""
    interval = interval_of(claim, sample)
    verdict = _verdict(claim, sample)
    return Found(
        interval=interval,
        difference=_difference(claim, sample),
        n_seeds=min(component.n_seeds for component in sample),
        n_left_out=sum(component.n_left_out for component in sample),
        verdict=verdict,
        seeds_needed=_seeds_needed(claim, sample) if verdict == UNDECIDED else math.nan,
    )


def interval_of(claim: Claim, sample: Sample, level: float | None = None) -> Interval:
    """The component that speaks most against the claim, at the claim's level if no other is given."""
    parts: list[AtLevel] = [component.at for component in sample]
    level = claim.level if level is None else level
    if claim.direction == "above":
        return lowest(parts, level)
    if claim.direction == "below":
        return highest(parts, level)
    return farthest(parts, sum(claim.bounds) / 2, level)


def verdict_of(claim: Claim, interval: Interval) -> str:
    """Reproduced if the whole interval lies on the claim's side, contradicted if all of it lies beyond."""
    if not all(map(math.isfinite, interval)):
        return UNDECIDED
    low, high = claim.bounds
    if low < interval.low and interval.high < high:
        return REPRODUCED
    if interval.high <= low or interval.low >= high:
        return CONTRADICTED
    return UNDECIDED


def _verdict(claim: Claim, sample: Sample) -> str:
    """Two networks can agree by chance: with fewer than `FEWEST` only exact intervals have a say."""
    if any(part.n_seeds < FEWEST and not part.is_exact for part in sample):
        return UNDECIDED
    if _is_negligible(claim, sample):
        return EQUIVALENT
    verdict = verdict_of(claim, interval_of(claim, sample))
    return UNDECIDED if claim.undecidable and verdict == REPRODUCED else verdict


def _is_negligible(claim: Claim, sample: Sample) -> bool:
    """Whether a difference lies wholly inside the bound below which its sign does not matter."""
    if claim.negligible is None:
        return False
    size = farthest([component.of_means().at for component in sample], 0.0, EQUIVALENCE)
    return -claim.negligible < size.low and size.high < claim.negligible


def _difference(claim: Claim, sample: Sample) -> float:
    """The least favourable difference of means, of arms set against arms; else NaN."""
    differences = [part.of_means().at().estimate for part in sample if part.difference is not None]
    if not differences:
        return math.nan
    return max(differences) if claim.direction == "below" else min(differences)


def _seeds_needed(claim: Claim, sample: Sample) -> float:
    """Networks per arm that would settle the claim, were those to come like these; infinite: none would."""
    n_seeds = min(component.n_seeds for component in sample)
    interval = interval_of(claim, sample)
    if claim.undecidable or interval.estimate in claim.bounds:
        return math.inf
    if not math.isfinite(interval.estimate) or (math.isnan(interval.low) and n_seeds > 1):
        return math.nan
    if n_seeds < 2:
        return math.nan

    def settles(n: int) -> bool:
        return _verdict(claim, [component.with_networks(n) for component in sample]) != UNDECIDED

    return max(seeds_needed(settles, n_seeds), FEWEST)


def p_value(claim: Claim, sample: Sample) -> float:
    """p of the side that the claim's components lie on, two-sided: up to 0.05 the interval shows it.

    Of a statement of no difference, p of the two one-sided tests.
    """

    def at(level: float) -> Interval:
        return interval_of(claim, sample, level)

    low, high = claim.bounds
    sides_for = [p_of(at, low, "above")] if math.isfinite(low) else []
    sides_for += [p_of(at, high, "below")] if math.isfinite(high) else []
    against = [p_of(at, low, "below")] if math.isfinite(low) else []
    against += [p_of(at, high, "above")] if math.isfinite(high) else []
    tail = (1 - claim.level) / 2
    return min(max(sides_for), *against) * ALPHA / tail


def across_rates(verdicts: Mapping[str, str]) -> tuple[str, str]:
    """The verdict of a claim that sets modular against flat networks, and why it is that, else empty.

    `verdicts` has one for each learning rate of the flat networks. Reproduced only where it is at all of
    `RATES`: no single rate was the paper's, and a choice among them must not decide.
    """
    lacking = [rate for rate in RATES if verdicts.get(rate, NOT_JUDGED) == NOT_JUDGED]
    if lacking:
        return UNDECIDED, f"not judged at {', '.join(lacking)}; run `snakemake columns`"
    at_rates = {rate: verdicts[rate] for rate in RATES}
    different = list(dict.fromkeys(at_rates.values()))
    if len(different) == 1:
        return different[0], ""
    said = "; ".join(f"{word} at {_rates_with(at_rates, word)}" for word in different)
    return (DEPENDS if REPRODUCED in different else UNDECIDED), said


def _rates_with(verdicts: Mapping[str, str], word: str) -> str:
    return ", ".join(rate for rate, verdict in verdicts.items() if verdict == word)
