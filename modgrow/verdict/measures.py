"""The statistic of every claim, by the claim's name: an interval over seeds, from tables alone.

Each takes the evidence and the arms it is judged on, in the order of the claim's record.
"""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.stats import spearmanr

from modgrow.experiments.ideal import ideal_timescales
from modgrow.verdict.evidence import Evidence
from modgrow.verdict.statistics import Interval, bootstrap, share_interval

Arms = Sequence[str]
Measured = tuple[Interval, int]  # and the smallest number of networks behind it
MEASURES: dict[str, Callable[[Evidence, Arms], Measured]] = {}


def measures(*names: str):
    """Register the statistic of these claims."""

    def register(function):
        MEASURES.update(dict.fromkeys(names, function))
        return function

    return register


def over_seeds(groups: Sequence[np.ndarray], statistic: Callable[..., np.ndarray]) -> Measured:
    """A bootstrapped statistic of group means, and the size of the smallest group.

    A network that lacks a value is left out of its group; an empty group has no estimate.
    """
    groups = [np.asarray(group, float) for group in groups]
    groups = [group[np.isfinite(group.reshape(len(group), -1)).all(1)] for group in groups]
    n_seeds = min(len(group) for group in groups)
    return (bootstrap(groups, statistic) if n_seeds else Interval(np.nan, np.nan, np.nan)), n_seeds


def lowest(*means: np.ndarray) -> np.ndarray:
    """The lowest of several means."""
    return np.minimum.reduce(means)


def highest(*means: np.ndarray) -> np.ndarray:
    """The highest of several means."""
    return np.maximum.reduce(means)


def differences(means: Sequence[np.ndarray]) -> list[np.ndarray]:
    """First half minus second half, pair by pair."""
    half = len(means) // 2
    return [first - second for first, second in zip(means[:half], means[half:], strict=True)]


def paired(*values: np.ndarray) -> np.ndarray:
    """Columns of one group: arms that share their seeds, as far as the shorter has them."""
    return np.stack([value[: min(map(len, values))] for value in values], 1)


def matched(evidence: Evidence, arms: Arms) -> list[str]:
    """All modular arms, then their flat matches."""
    modular, flat = evidence.split(arms)
    return modular + flat


# Fig. 2: learning and generalisation


@measures("one_task_per_epoch")
def lowest_pace(evidence: Evidence, arms: Arms) -> Measured:
    return over_seeds([evidence.tasks_per_epoch(arm) for arm in arms], lowest)


@measures("five_units_slower")
def pace(evidence: Evidence, arms: Arms) -> Measured:
    return over_seeds([evidence.tasks_per_epoch(arms[0])], lowest)


@measures("modular_above_flat")
def smallest_advantage(evidence: Evidence, arms: Arms) -> Measured:
    groups = [evidence.n_solved(arm) for arm in matched(evidence, arms)]
    return over_seeds(groups, lambda *means: lowest(*differences(means)))


@measures("flat_plateaus")
def highest_late_pace(evidence: Evidence, arms: Arms) -> Measured:
    return over_seeds([evidence.tasks_per_epoch(arm, last_share=1 / 3) for arm in arms], highest)


@measures("pareto_front")
def advantage_at_equal_weights(evidence: Evidence, arms: Arms) -> Measured:
    """What the modular arms had solved with the weights that each flat arm ends with."""
    modular, flat = evidence.split(arms)

    def statistic(*means):
        solved, ends = means[: len(modular)], means[len(modular) :]
        margins = []
        for arm, end in zip(flat, ends, strict=True):
            recipe = evidence.arms[arm]
            weights = recipe.n_weights(1) + 2 * recipe.units * (end - recipe.n_first)
            reached = [
                _n_within(evidence.arms[own], weights, mean)
                for own, mean in zip(modular, solved, strict=True)
            ]
            margins.append(highest(*reached) - end)
        return lowest(*margins)

    return over_seeds([evidence.n_solved(arm) for arm in (*modular, *flat)], statistic)


def _n_within(arm, weights: np.ndarray, solved: np.ndarray) -> np.ndarray:
    """The largest N that a growing network reaches with so many weights, if it had solved it at all."""
    per_module = arm.n_weights(2) - arm.n_weights(1)
    heads = np.floor((weights - arm.n_weights(1)) / per_module) + 1
    return np.minimum(heads + arm.n_first - 1, solved)


@measures("n_200")
def share_at_200(evidence: Evidence, arms: Arms) -> Measured:
    n_solved = evidence.n_solved(arms[0])
    return share_interval(int((n_solved >= 200).sum()), len(n_solved)), len(n_solved)


@measures("generalisation_above_flat")
def smallest_advantage_over_k(evidence: Evidence, arms: Arms) -> Measured:
    groups = [evidence.generalisation(arm) for arm in matched(evidence, arms)]
    return over_seeds(groups, lambda modular, flat: (modular - flat).min(-1))


@measures("generalisation_decays")
def change_over_k(evidence: Evidence, arms: Arms) -> Measured:
    groups = [evidence.generalisation(arm) for arm in arms]
    return over_seeds(groups, lambda *means: highest(*(mean[..., -1] - mean[..., 0] for mean in means)))


# Fig. 3: robustness. Half-points are compared as log10 epsilon.


@measures("robust_to_weight_noise")
def smallest_margin_for_weights(evidence: Evidence, arms: Arms) -> Measured:
    groups = [evidence.log_half_points(arm, "weights") for arm in matched(evidence, arms)]
    return over_seeds(groups, lambda *means: lowest(*differences(means)))


@measures("fragile_to_tau_noise")
def largest_margin_for_tau(evidence: Evidence, arms: Arms) -> Measured:
    groups = [evidence.log_half_points(arm, "tau") for arm in matched(evidence, arms)]
    return over_seeds(groups, lambda *means: highest(*differences(means)))


@measures("five_units_fragile")
def five_units_below_larger(evidence: Evidence, arms: Arms) -> Measured:
    groups = [_both(evidence, arm) for arm in arms]
    return over_seeds(groups, lambda five, *larger: (five - sum(larger) / len(larger)).max(-1))


@measures("size_does_not_matter")
def range_over_sizes(evidence: Evidence, arms: Arms) -> Measured:
    modular, flat = evidence.split(arms)

    def statistic(*means):
        families = means[: len(modular)], means[len(modular) :]
        return highest(*((highest(*family) - lowest(*family)).max(-1) for family in families))

    return over_seeds([_both(evidence, arm) for arm in (*modular, *flat)], statistic)


def _both(evidence: Evidence, arm: str) -> np.ndarray:
    """log10 half-points for weights and tau: (seed, 2)."""
    return paired(*(evidence.log_half_points(arm, pathway) for pathway in ("weights", "tau")))


# Fig. 4: timescales


@measures("tau_constant_in_modules")
def drift_of_tau(evidence: Evidence, arms: Arms) -> Measured:
    tau = evidence.tau(arms[0]).dropna(axis=1)
    third = max(tau.shape[1] // 3, 1)
    ends = paired(tau.iloc[:, :third].mean(axis=1), tau.iloc[:, -third:].mean(axis=1))
    return over_seeds([ends], lambda mean: np.abs(mean[..., 1] - mean[..., 0]))


@measures("tau_falls_in_flat")
def final_tau(evidence: Evidence, arms: Arms) -> Measured:
    return over_seeds([evidence.tau(arms[0]).ffill(axis=1).iloc[:, -1].to_numpy()], lowest)


@measures("effective_tau_rises")
def lowest_rank_correlation(evidence: Evidence, arms: Arms) -> Measured:
    groups = [[_spearman(row.dropna()) for _, row in evidence.tau_effective(arm).iterrows()] for arm in arms]
    return over_seeds([np.array(group) for group in groups], lowest)


@measures("effective_tau_modular_above_flat")
def difference_at_the_same_n(evidence: Evidence, arms: Arms) -> Measured:
    curves = [evidence.tau_effective(arm).dropna(axis=1) for arm in matched(evidence, arms)]
    shared = curves[0].columns.intersection(curves[1].columns)
    return over_seeds([curve[shared].mean(axis=1) for curve in curves], lambda modular, flat: modular - flat)


@measures("effective_tau_beyond_ideal_reader")
def slope_beyond_ideal(evidence: Evidence, arms: Arms) -> Measured:
    curves = evidence.tau_effective(arms[0])
    ideal = ideal_timescales(curves.columns, max_lag=30).set_index("n")["tau_effective"]
    slopes = [_slope((row - ideal).dropna()) for _, row in curves.iterrows()]
    return over_seeds([np.array(slopes)], lowest)


def _spearman(curve) -> float:
    return float(spearmanr(curve.index, curve).statistic)


def _slope(curve) -> float:
    return float(np.polyfit(curve.index.to_numpy(float), curve.to_numpy(), 1)[0])


# Fig. 5: pathways


@measures("feedforward_more_sensitive")
def recurrent_minus_feedforward(evidence: Evidence, arms: Arms) -> Measured:
    both = paired(*(evidence.log_half_points(arms[0], pathway) for pathway in ("recurrent", "feedforward")))
    return over_seeds([both], lambda mean: mean[..., 0] - mean[..., 1])


@measures("deeper_modules_suffer_more")
def correlation_with_depth(evidence: Evidence, arms: Arms) -> Measured:
    by_pathway = [_depth_correlations(evidence, arms[0], pathway) for pathway in ("feedforward", "recurrent")]
    return over_seeds([paired(*by_pathway)], lambda mean: mean.max(-1))


def _depth_correlations(evidence: Evidence, arm: str, pathway: str) -> np.ndarray:
    """Per network, over strengths at which modules are hurt but not lost: accuracy against depth."""
    rows = evidence.of("perturbation", arm, pathway=pathway)
    found = []
    for _, own in rows.groupby("seed"):
        curves = own.groupby(["epsilon", "n"])["accuracy"].mean().unstack("n")
        hurt = curves[curves.mean(axis=1).between(0.6, 0.95)]
        found.append(np.mean([_spearman(curve) for _, curve in hurt.iterrows()]) if len(hurt) else np.nan)
    return np.array(found)


@measures("recurrent_more_conserved")
def smallest_margin_of_change(evidence: Evidence, arms: Arms) -> Measured:
    groups = [
        paired(*(evidence.change_of_weights(arm, pathway) for pathway in ("feedforward", "recurrent")))
        for arm in arms
    ]
    return over_seeds(groups, lambda *means: lowest(*(mean[..., 0] - mean[..., 1] for mean in means)))


# Fig. 6: freezing and duplication. Arms of one size start from the same first module: paired by seed.


@measures("frozen_feedforward_fails")
def highest_n_solved(evidence: Evidence, arms: Arms) -> Measured:
    return over_seeds([evidence.n_solved(arm) for arm in arms], highest)


@measures("frozen_recurrent_near_15")
def n_solved(evidence: Evidence, arms: Arms) -> Measured:
    return over_seeds([evidence.n_solved(arms[0])], lowest)


@measures(
    "frozen_recurrent_costs_at_5",
    "frozen_recurrent_as_good_at_10",
    "recurrent_not_input_carries_copying",
)
def paired_difference(evidence: Evidence, arms: Arms) -> Measured:
    both = paired(*(evidence.n_solved(arm) for arm in arms))
    return over_seeds([both], lambda mean: mean[..., 0] - mean[..., 1])


@measures("frozen_recurrent_above_flat")
def difference(evidence: Evidence, arms: Arms) -> Measured:
    return over_seeds([evidence.n_solved(arm) for arm in arms], lambda first, second: first - second)


@measures("frozen_feedforward_below_recurrent")
def smaller_difference_of_sizes(evidence: Evidence, arms: Arms) -> Measured:
    solved = [evidence.n_solved(arm) for arm in arms]
    groups = [paired(solved[0], solved[2]), paired(solved[1], solved[3])]
    return over_seeds(groups, lambda *means: lowest(*(mean[..., 0] - mean[..., 1] for mean in means)))


@measures("half_the_parameters")
def share_of_weights(evidence: Evidence, arms: Arms) -> Measured:
    """Counted, not measured: it does not vary over seeds."""
    full, frozen = (evidence.of("pathways", arm)["n_trained_weights"] for arm in arms)
    return Interval(*[frozen.iloc[0] / full.iloc[0]] * 3), min(len(full), len(frozen))


@measures("copying_recurrent_helps")
def effect_of_recurrent(evidence: Evidence, arms: Arms) -> Measured:
    none, recurrent, feedforward, both = range(4)
    return _effect(evidence, arms, plus=(recurrent, both), minus=(none, feedforward))


@measures("copying_feedforward_does_not_help")
def effect_of_feedforward(evidence: Evidence, arms: Arms) -> Measured:
    none, recurrent, feedforward, both = range(4)
    return _effect(evidence, arms, plus=(feedforward, both), minus=(none, recurrent))


def _effect(evidence: Evidence, arms: Arms, plus: tuple, minus: tuple) -> Measured:
    solved = paired(*(evidence.n_solved(arm) for arm in arms))
    return over_seeds([solved], lambda mean: mean[..., plus].mean(-1) - mean[..., minus].mean(-1))


@measures("copying_matters_less_when_larger")
def difference_of_effects(evidence: Evidence, arms: Arms) -> Measured:
    solved = [evidence.n_solved(arm) for arm in arms]
    groups = [paired(*solved[:2]), paired(*solved[2:])]
    return over_seeds(groups, lambda *means: differences([mean[..., 0] - mean[..., 1] for mean in means])[0])
