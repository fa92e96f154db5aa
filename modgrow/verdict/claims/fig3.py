"""Fig. 3: robustness. Half-points are compared as log10 epsilon."""

import itertools

import pandas as pd

from modgrow.verdict.claim import FLAT, LARGE, MODULAR, claim
from modgrow.verdict.evidence import Evidence
from modgrow.verdict.sample import Arms, Sample, difference, families, matched


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
    """Half-point of the weights, each modular arm minus its flat match."""
    return _margin(evidence, arms, "weights")


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
    """Half-point of tau, each modular arm minus its flat match."""
    return _margin(evidence, arms, "tau")


def _margin(evidence: Evidence, arms: Arms, pathway: str) -> Sample:
    return [
        difference(evidence.log_half_points(modular, pathway), evidence.log_half_points(flat, pathway))
        for modular, flat in matched(evidence, arms)
    ]


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
    """Half-point of the weights over tasks that both have solved, modular minus flat match."""
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
    """Half-point of tau over tasks that both have solved, modular minus flat match."""
    return _margin_at_equal_n(evidence, arms, "tau")


def _margin_at_equal_n(evidence: Evidence, arms: Arms, pathway: str) -> Sample:
    """Over the tasks that every network of both arms has solved: a longer chain has more of them to lose.

    A network that solved nothing takes no part, and is counted as left out.
    """
    margins = []
    for modular, flat in matched(evidence, arms):
        n_solved = pd.concat([evidence.n_solved(modular), evidence.n_solved(flat)])
        solved_any = n_solved >= evidence.arms[modular].n_first
        shared = n_solved[solved_any].min()
        ours = evidence.log_half_points_up_to(shared, modular, pathway)
        theirs = evidence.log_half_points_up_to(shared, flat, pathway)
        margins.append(difference(ours, theirs))
    return margins


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
    """Half-point of the first arm minus the mean of the others, for weights and for tau."""
    margins = []
    for pathway in ("weights", "tau"):
        five, *larger = [evidence.log_half_points(arm, pathway) for arm in arms]
        margins.append(families([five], larger))
    return margins


@claim(
    "size_does_not_matter",
    panel="3",
    says="Apart from 5 units, size hardly matters for robustness within an architecture.",
    statistic="range of log10 half-points over sizes, largest of (modular > 5, flat) x (weights, tau)",
    within=0.3,
    because="the strengths lie a third of a decade apart",
    tables=("perturbation_summary",),
    arms=LARGE + FLAT,
)
def differences_between_sizes(evidence: Evidence, arms: Arms) -> Sample:
    """Every pair of sizes of one architecture, for weights and for tau.

    The largest of these differences is the range over sizes.
    """
    found = []
    for family in evidence.split(arms):
        for pathway in ("weights", "tau"):
            half_points = [evidence.log_half_points(arm, pathway) for arm in family]
            found += [difference(one, other) for one, other in itertools.combinations(half_points, 2)]
    return found
