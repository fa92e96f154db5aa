"""Fig. 3: robustness. Half-points are compared as log10 epsilon."""

import itertools

import numpy as np
import pandas as pd

from modgrow.verdict.claim import FLAT, LARGE, MODULAR, claim
from modgrow.verdict.evidence import Evidence
from modgrow.verdict.sample import Arms, Sample, by_column, differences, matched, paired


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
    half_points = [evidence.log_half_points(arm, pathway) for arm in matched(evidence, arms)]
    return Sample(half_points, differences)


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
    modular, flat = evidence.split(arms)
    of_modular = []
    of_flat = []
    for ours, theirs in zip(modular, flat, strict=True):
        n_solved = pd.concat([evidence.n_solved(ours), evidence.n_solved(theirs)])
        solved_any = n_solved >= evidence.arms[ours].n_first
        shared = n_solved[solved_any].min()
        of_modular.append(evidence.log_half_points_up_to(shared, ours, pathway))
        of_flat.append(evidence.log_half_points_up_to(shared, theirs, pathway))
    return Sample(of_modular + of_flat, differences)


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

    def components(five: np.ndarray, *larger: np.ndarray) -> list[np.ndarray]:
        mean_of_larger = sum(larger) / len(larger)
        return by_column(five - mean_of_larger)

    return Sample([_weights_and_tau(evidence, arm) for arm in arms], components)


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
    """Every pair of sizes of one architecture, either way round, for weights and for tau.

    The largest of these differences is the range over sizes.
    """
    modular, flat = evidence.split(arms)

    def components(*means: np.ndarray) -> list[np.ndarray]:
        found = []
        for family in (means[: len(modular)], means[len(modular) :]):
            for one, other in itertools.permutations(family, 2):
                found += by_column(one - other)
        return found

    return Sample([_weights_and_tau(evidence, arm) for arm in modular + flat], components)


def _weights_and_tau(evidence: Evidence, arm: str) -> pd.DataFrame:
    """log10 half-points, (seed, 2): for the weights and for tau."""
    of_weights = evidence.log_half_points(arm, "weights")
    of_tau = evidence.log_half_points(arm, "tau")
    return paired(of_weights, of_tau)
