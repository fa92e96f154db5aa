"""Fig. 2b: what is solved with so many weights."""

from functools import partial

import numpy as np

from modgrow.arm import Arm
from modgrow.verdict.claim import FLAT, MODULAR, claim
from modgrow.verdict.evidence import Evidence
from modgrow.verdict.intervals.interval import Interval
from modgrow.verdict.intervals.several import highest
from modgrow.verdict.intervals.superiority import superiority
from modgrow.verdict.sample import Arms, Sample, component


@claim(
    "pareto_front",
    panel="2b",
    says="For the weights that a flat network ends with, a modular network solves a larger N.",
    statistic="probability that a network of the best modular arm had solved more, with no more weights, "
    "than a flat one at its end; lowest of the four",
    above=0.5,
    place="Results, on parameters; caption of Fig. 2b",
    because="one half is no difference; always is said, so the worst of the four sizes counts",
    headline=True,
    tables=("learning_curves",),
    arms=MODULAR + FLAT,
    needs="pairs",
)
def advantage_at_equal_weights(evidence: Evidence, arms: Arms) -> Sample:
    """For each flat arm: what modular networks had solved with the weights that it ends with, against its N.

    The weights are those of a flat network that ends at the arm's mean N_solved. A modular network's answer
    is as far as it had come with so many: the N that they allow or, if it stopped before, its N_solved.
    """
    modular, flat = evidence.split(arms)
    found = []
    for arm in flat:
        ends = evidence.n_solved(arm)
        weights = _n_weights_at(evidence.arms[arm], ends.mean())
        reached = [
            evidence.n_solved(own).clip(upper=_largest_n(evidence.arms[own], weights)) for own in modular
        ]
        found.append(component(_best_against_last, *reached, ends))
    return found


def _best_against_last(*groups: np.ndarray, level: float) -> Interval:
    """Superiority over the last group of the best of the others."""
    *several, last = groups
    parts = [partial(superiority, group, last) for group in several]
    return highest([lambda level, part=part: part(level=level) for part in parts], level)


def _n_weights_at(flat: Arm, n: float) -> float:
    """The weights of a flat network that has solved `n`, a mean that may lie between two counts.

    Its units stay; every further task adds a head, which reads all units with two logits.
    """
    n_more_heads = n - flat.n_first
    return flat.n_weights(1) + 2 * flat.units * n_more_heads


def _largest_n(modular: Arm, n_weights: float) -> int:
    """The largest N that a growing network reaches with so many weights; nothing solved with too few."""
    per_module = modular.n_weights(2) - modular.n_weights(1)
    heads = int((n_weights - modular.n_weights(1)) // per_module) + 1
    return max(heads, 0) + modular.n_first - 1
