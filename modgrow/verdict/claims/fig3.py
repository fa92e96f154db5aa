"""Fig. 3: robustness. Half-points are compared as log10 epsilon."""

import itertools

import numpy as np
import pandas as pd

from modgrow.verdict.claim import FLAT, LARGE, MODULAR, claim
from modgrow.verdict.evidence import Evidence
from modgrow.verdict.sample import Arms, Sample, differences, matched, paired


@claim(
    "robust_to_weight_noise",
    panel="3a",
    says="Modular networks of more than 5 units bear larger perturbations of their weights than flat ones.",
    statistic="log10 half-point of weights, modular minus flat match, lowest of three pairs",
    above=0.0,
    tables=("perturbation_summary",),
    arms=LARGE + FLAT[1:],
    needs="pairs",
)
def margin_for_weights(evidence: Evidence, arms: Arms) -> Sample:
    return Sample([evidence.log_half_points(arm, "weights") for arm in matched(evidence, arms)], differences)


@claim(
    "fragile_to_tau_noise",
    panel="3b",
    says="Modular networks bear smaller perturbations of tau than flat ones.",
    statistic="log10 half-point of tau, modular minus flat match, highest of four pairs",
    below=0.0,
    tables=("perturbation_summary",),
    arms=MODULAR + FLAT,
    needs="pairs",
)
def margin_for_tau(evidence: Evidence, arms: Arms) -> Sample:
    return Sample([evidence.log_half_points(arm, "tau") for arm in matched(evidence, arms)], differences)


@claim(
    "robust_to_weight_noise_at_equal_n",
    panel="own, 3a",
    says="On tasks that both have solved, modular networks of more than 5 units bear more noise on weights.",
    statistic="log10 half-point of weights over the N that both arms solved, modular minus flat match, "
    "lowest of three",
    above=0.0,
    tables=("perturbation", "learning_curves"),
    arms=LARGE + FLAT[1:],
    needs="pairs",
)
def margin_for_weights_at_equal_n(evidence: Evidence, arms: Arms) -> Sample:
    return _margin_at_equal_n(evidence, arms, "weights")


@claim(
    "fragile_to_tau_noise_at_equal_n",
    panel="own, 3b",
    says="On tasks that both have solved, modular networks of more than 5 units bear less noise on tau.",
    statistic="log10 half-point of tau over the N that both arms solved, modular minus flat match, "
    "highest of 3",
    below=0.0,
    tables=("perturbation", "learning_curves"),
    arms=LARGE + FLAT[1:],
    needs="pairs",
)
def margin_for_tau_at_equal_n(evidence: Evidence, arms: Arms) -> Sample:
    return _margin_at_equal_n(evidence, arms, "tau")


def _margin_at_equal_n(evidence: Evidence, arms: Arms, pathway: str) -> Sample:
    """Over the tasks that every network of both arms has solved: a longer chain has more of them to lose.

    A network that solved nothing takes no part, and is counted as left out.
    """
    modular, flat = evidence.split(arms)
    groups = [[], []]
    for pair in zip(modular, flat, strict=True):
        solved = pd.concat([evidence.n_solved(arm) for arm in pair])
        shared = solved[solved >= evidence.arms[pair[0]].n_first].min()
        for group, arm in zip(groups, pair, strict=True):
            group.append(evidence.log_half_points_up_to(shared, arm, pathway))
    return Sample([*groups[0], *groups[1]], differences)


@claim(
    "five_units_fragile",
    panel="3a, 3b",
    says="Modules of 5 units are more sensitive to both perturbations than larger ones.",
    statistic="log10 half-point of 5 units minus the mean of the larger modules, higher of weights and tau",
    below=0.0,
    tables=("perturbation_summary",),
    arms=MODULAR,
)
def five_units_minus_larger(evidence: Evidence, arms: Arms) -> Sample:
    def components(five, *larger):
        return list(np.moveaxis(five - sum(larger) / len(larger), -1, 0))

    return Sample([_both(evidence, arm) for arm in arms], components)


@claim(
    "size_does_not_matter",
    panel="3",
    says="Apart from 5 units, size hardly matters for robustness within an architecture.",
    statistic="range of log10 half-points over sizes, largest of (modular > 5, flat) x (weights, tau)",
    below=0.3,
    tables=("perturbation_summary",),
    arms=LARGE + FLAT,
)
def differences_between_sizes(evidence: Evidence, arms: Arms) -> Sample:
    """Every pair of sizes of one architecture, either way round, for weights and for tau."""
    modular, flat = evidence.split(arms)

    def components(*means):
        families = means[: len(modular)], means[len(modular) :]
        pairs = [pair for family in families for pair in itertools.permutations(family, 2)]
        return [component for a, b in pairs for component in np.moveaxis(a - b, -1, 0)]

    return Sample([_both(evidence, arm) for arm in (*modular, *flat)], components)


def _both(evidence: Evidence, arm: str) -> pd.DataFrame:
    """log10 half-points for weights and tau."""
    return paired(*(evidence.log_half_points(arm, pathway) for pathway in ("weights", "tau")))
