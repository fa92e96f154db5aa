"""Fig. 2: learning and generalisation."""

from functools import partial

import numpy as np

from modgrow.arm import Arm
from modgrow.verdict.claim import FLAT, LARGE, MODULAR, claim
from modgrow.verdict.evidence import Evidence
from modgrow.verdict.intervals.interval import Interval
from modgrow.verdict.intervals.several import highest
from modgrow.verdict.intervals.superiority import superiority
from modgrow.verdict.sample import (
    Arms,
    Sample,
    ahead,
    component,
    difference,
    matched,
    mean_between,
    median,
    paired_difference,
    share,
)

PER_EPOCH = (0.0, 1.0)  # the ends of a pace: at most one task is added per epoch


@claim(
    "one_task_per_epoch",
    panel="2a",
    says="Modular networks of more than 5 units solve about one new task in every epoch.",
    statistic="tasks solved per epoch, lowest of the three medians",
    above=0.95,
    tables=("learning_curves",),
    arms=LARGE,
    needs="any",
)
@claim(
    "five_units_slower",
    panel="2a",
    says="Modules of 5 units solve fewer than one task per epoch.",
    statistic="tasks solved per epoch, median",
    below=0.95,
    tables=("learning_curves",),
    arms=("modular_5",),
)
def pace(evidence: Evidence, arms: Arms) -> Sample:
    """Tasks solved per epoch, of each arm."""
    return [median(evidence.tasks_per_epoch(arm), PER_EPOCH) for arm in arms]


@claim(
    "modular_above_flat",
    panel="2a",
    says="Every modular network ends at a larger N than the flat network of its size.",
    statistic="probability that a modular network ends at a larger N than its flat match, lowest of the four",
    above=0.5,
    tables=("learning_curves",),
    arms=MODULAR + FLAT,
    needs="pairs",
)
def advantage(evidence: Evidence, arms: Arms) -> Sample:
    """N_solved of each modular arm against that of its flat match."""
    return [
        ahead(evidence.n_solved(modular), evidence.n_solved(flat), evidence.ends(modular, flat))
        for modular, flat in matched(evidence, arms)
    ]


@claim(
    "flat_plateaus",
    panel="2a",
    says="Flat networks stop making progress well before the end of training.",
    statistic="tasks solved per epoch over the last third of the epochs, highest of the four arm means",
    below=0.5,
    tables=("learning_curves",),
    arms=FLAT,
    needs="any",
)
def late_pace(evidence: Evidence, arms: Arms) -> Sample:
    """Tasks solved per epoch towards the end of training, of each arm."""
    return [mean_between(evidence.late_tasks_per_epoch(arm), PER_EPOCH) for arm in arms]


@claim(
    "pareto_front",
    panel="2b",
    says="For the weights that a flat network ends with, a modular network solves a larger N.",
    statistic="probability that a network of the best modular arm had solved more, with no more weights, "
    "than a flat one at its end; lowest of the four",
    above=0.5,
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


@claim(
    "n_200",
    panel="2a, text",
    says="A modular network can be driven to N = 200.",
    statistic="share of the networks driven to N = 200 that got there (binomial interval)",
    above=0.0,
    tables=("learning_curves",),
    arms=("n200",),
)
def share_at_200(evidence: Evidence, arms: Arms) -> Sample:
    """Share of the networks that solved N = 200: an existence claim, so no network is left out."""
    return [share(evidence.n_solved(arms[0]) >= 200)]


@claim(
    "generalisation_above_flat",
    panel="2c",
    says="A modular network trained to N = 10 learns N = 10 + K better than the flat one, at every K.",
    statistic="accuracy of the modular minus the flat arm, default variant; lowest over K",
    above=0.0,
    tables=("generalisation",),
    arms=("modular_15", "flat_91"),
)
def advantage_at_every_k(evidence: Evidence, arms: Arms) -> Sample:
    """Accuracy on N + K, modular minus flat, at each K."""
    [(modular, flat)] = matched(evidence, arms)
    ours = evidence.generalisation(modular)
    theirs = evidence.generalisation(flat)
    return [difference(ours[k], theirs[k]) for k in ours]


@claim(
    "generalisation_decays",
    panel="2c",
    says="In both architectures, accuracy on N = 10 + K falls with K.",
    statistic="accuracy at the largest K minus that at K = 1, higher of the two arm means",
    below=0.0,
    tables=("generalisation",),
    arms=("modular_15", "flat_91"),
)
def change_over_k(evidence: Evidence, arms: Arms) -> Sample:
    """Accuracy at the largest K minus that at the smallest, of each arm."""
    curves = [evidence.generalisation(arm) for arm in arms]
    return [paired_difference(by_k.iloc[:, -1], by_k.iloc[:, 0]) for by_k in curves]
