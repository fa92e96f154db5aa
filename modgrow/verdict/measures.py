"""The statistic of every claim, by the claim's name, from tables alone.

Each takes the evidence and the arms it is judged on, in the order of the claim's record, and gives groups of
networks with the components to compute from their means. A claim about several arms (or K, or pathways) has
one component for each and holds if all of them do: `statistics.worst`.
"""

import itertools
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from modgrow.arm import Arm
from modgrow.experiments.ideal import ideal_timescales
from modgrow.verdict.evidence import Evidence
from modgrow.verdict.statistics import Interval, share_interval, worst

Arms = Sequence[str]


class Sample(NamedTuple):
    """Groups of networks, (seed, ...) each, and the components of the claim from the groups' means."""

    groups: Sequence[pd.Series | pd.DataFrame | np.ndarray]
    components: Callable[..., Sequence[np.ndarray]] = lambda *means: means

    def interval(self, direction: str) -> "Measured":
        """Networks that lack a value are left out, and counted; an empty group has no estimate."""
        groups = [np.asarray(group, float) for group in self.groups]
        whole = [group[np.isfinite(group).all(tuple(range(1, group.ndim)))] for group in groups]
        n_seeds, left_out = min(map(len, whole)), sum(map(len, groups)) - sum(map(len, whole))
        if not n_seeds:
            return Measured(Interval(np.nan, np.nan, np.nan), 0, left_out)
        return Measured(worst(whole, self.components, direction), n_seeds, left_out)


class Measured(NamedTuple):
    """An interval, the smallest number of networks per group behind it, and how many were left out."""

    interval: Interval
    n_seeds: int
    n_left_out: int


MEASURES: dict[str, Callable[[Evidence, Arms], Sample | Measured]] = {}


def measures(*names: str):
    """Register the statistic of these claims."""

    def register(function):
        MEASURES.update(dict.fromkeys(names, function))
        return function

    return register


def differences(*means: np.ndarray) -> list[np.ndarray]:
    """First half minus second half, pair by pair."""
    half = len(means) // 2
    return [first - second for first, second in zip(means[:half], means[half:], strict=True)]


def paired(*values: pd.Series) -> pd.DataFrame:
    """One group: values of networks that have them all, matched by seed."""
    return pd.concat(values, axis=1, join="inner")


def within(*means: np.ndarray) -> list[np.ndarray]:
    """First minus second column of each group."""
    return [mean[..., 0] - mean[..., 1] for mean in means]


def matched(evidence: Evidence, arms: Arms) -> list[str]:
    """All modular arms, then their flat matches."""
    modular, flat = evidence.split(arms)
    return modular + flat


# Fig. 2: learning and generalisation


@measures("one_task_per_epoch", "five_units_slower")
def pace(evidence: Evidence, arms: Arms) -> Sample:
    return Sample([evidence.tasks_per_epoch(arm) for arm in arms])


@measures("modular_above_flat")
def advantage(evidence: Evidence, arms: Arms) -> Sample:
    return Sample([evidence.n_solved(arm) for arm in matched(evidence, arms)], differences)


@measures("flat_plateaus", "frozen_recurrent_stalls")
def late_pace(evidence: Evidence, arms: Arms) -> Sample:
    return Sample([evidence.tasks_per_epoch(arm, last_share=1 / 3) for arm in arms])


@measures("pareto_front")
def advantage_at_equal_weights(evidence: Evidence, arms: Arms) -> Sample:
    """For each flat arm: what the best modular arm had solved with the weights it ends with, minus its N.

    A modular group is (seed, N): the smaller of a network's N_solved and N, so that its mean at the N that
    the weights allow is what the arm reaches with them.
    """
    modular, flat = evidence.split(arms)
    solved = {arm: evidence.n_solved(arm) for arm in arms}
    orders = np.arange(max(map(max, solved.values())) + 1)

    def components(*means):
        reached, ends = means[: len(modular)], means[len(modular) :]
        margins = []
        for arm, end in zip(flat, ends, strict=True):
            recipe = evidence.arms[arm]
            weights = recipe.n_weights(1) + 2 * recipe.units * (end - recipe.n_first)
            at = [_allowed(evidence.arms[own], weights, orders[-1]) for own in modular]
            best = [
                np.take_along_axis(mean, np.asarray(n)[..., None], -1)[..., 0]
                for mean, n in zip(reached, at, strict=True)
            ]
            margins.append(np.maximum.reduce(best) - end)
        return margins

    by_n = [np.minimum(solved[arm].to_numpy()[:, None], orders) for arm in modular]
    return Sample([*by_n, *(solved[arm] for arm in flat)], components)


def _allowed(arm: Arm, weights: np.ndarray, most: int) -> np.ndarray:
    """The largest N that a growing network reaches with so many weights."""
    per_module = arm.n_weights(2) - arm.n_weights(1)
    heads = np.floor((weights - arm.n_weights(1)) / per_module) + 1
    return np.clip(heads + arm.n_first - 1, 0, most).astype(int)


@measures("n_200")
def share_at_200(evidence: Evidence, arms: Arms) -> Measured:
    n_solved = evidence.n_solved(arms[0])
    return Measured(share_interval(int((n_solved >= 200).sum()), len(n_solved)), len(n_solved), 0)


@measures("generalisation_above_flat")
def advantage_at_every_k(evidence: Evidence, arms: Arms) -> Sample:
    groups = [evidence.generalisation(arm) for arm in matched(evidence, arms)]
    return Sample(groups, lambda modular, flat: list(np.moveaxis(modular - flat, -1, 0)))


@measures("generalisation_decays")
def change_over_k(evidence: Evidence, arms: Arms) -> Sample:
    groups = [evidence.generalisation(arm) for arm in arms]
    return Sample(groups, lambda *means: [mean[..., -1] - mean[..., 0] for mean in means])


# Fig. 3: robustness. Half-points are compared as log10 epsilon.


@measures("robust_to_weight_noise")
def margin_for_weights(evidence: Evidence, arms: Arms) -> Sample:
    return Sample([evidence.log_half_points(arm, "weights") for arm in matched(evidence, arms)], differences)


@measures("fragile_to_tau_noise")
def margin_for_tau(evidence: Evidence, arms: Arms) -> Sample:
    return Sample([evidence.log_half_points(arm, "tau") for arm in matched(evidence, arms)], differences)


@measures("robust_to_weight_noise_at_equal_n")
def margin_for_weights_at_equal_n(evidence: Evidence, arms: Arms) -> Sample:
    return _margin_at_equal_n(evidence, arms, "weights")


@measures("fragile_to_tau_noise_at_equal_n")
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


@measures("five_units_fragile")
def five_units_minus_larger(evidence: Evidence, arms: Arms) -> Sample:
    def components(five, *larger):
        return list(np.moveaxis(five - sum(larger) / len(larger), -1, 0))

    return Sample([_both(evidence, arm) for arm in arms], components)


@measures("size_does_not_matter")
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


# Fig. 4: timescales


@measures("tau_constant_in_modules")
def drift_of_tau(evidence: Evidence, arms: Arms) -> Sample:
    """Last minus first third of each network's modules, either way round."""
    drifts = {seed: _drift(row.dropna()) for seed, row in evidence.tau(arms[0]).iterrows()}
    return Sample([pd.Series(drifts)], lambda drift: [drift, -drift])


def _drift(curve: pd.Series) -> float:
    third = max(len(curve) // 3, 1)
    return curve.iloc[-third:].mean() - curve.iloc[:third].mean()


@measures("tau_falls_in_flat")
def final_tau(evidence: Evidence, arms: Arms) -> Sample:
    return Sample([evidence.tau(arms[0]).ffill(axis=1).iloc[:, -1]])


@measures("effective_tau_rises")
def rank_correlations(evidence: Evidence, arms: Arms, column: str = "tau_effective") -> Sample:
    curves = [evidence.tau_effective(arm, column) for arm in arms]
    return Sample([curve.apply(lambda row: _spearman(row.dropna()), axis=1) for curve in curves])


@measures("effective_tau_modular_above_flat")
def difference_at_the_same_n(evidence: Evidence, arms: Arms, column: str = "tau_effective") -> Sample:
    """Over the N at which every network of both arms has a unit above 1."""
    curves = [evidence.tau_effective(arm, column).dropna(axis=1) for arm in matched(evidence, arms)]
    shared = curves[0].columns.intersection(curves[1].columns)
    return Sample([curve[shared].mean(axis=1) for curve in curves], differences)


@measures("effective_tau_beyond_ideal_reader")
def slope_beyond_ideal(evidence: Evidence, arms: Arms, column: str = "tau_effective") -> Sample:
    """Of both only what is above 1, as published."""
    curves = evidence.tau_effective(arms[0], column)
    max_lag = evidence.experiments["timescales"].max_lag
    ideal = ideal_timescales(curves.columns, max_lag).set_index("n")[column]
    ideal = ideal.where(ideal > 1)
    return Sample([curves.apply(lambda row: _slope((row - ideal).dropna()), axis=1)])


@measures("weighted_tau_rises")
def weighted_rank_correlations(evidence: Evidence, arms: Arms) -> Sample:
    return rank_correlations(evidence, arms, "tau_weighted")


@measures("weighted_tau_modular_above_flat")
def weighted_difference_at_the_same_n(evidence: Evidence, arms: Arms) -> Sample:
    return difference_at_the_same_n(evidence, arms, "tau_weighted")


@measures("weighted_tau_beyond_ideal_reader")
def weighted_slope_beyond_ideal(evidence: Evidence, arms: Arms) -> Sample:
    return slope_beyond_ideal(evidence, arms, "tau_weighted")


def _spearman(curve: pd.Series) -> float:
    """NaN of fewer than three values, and of values that are all the same."""
    varies = len(curve) > 2 and curve.nunique() > 1
    return float(spearmanr(curve.index, curve).statistic) if varies else np.nan


def _slope(curve: pd.Series) -> float:
    return float(np.polyfit(curve.index.astype(float), curve, 1)[0]) if len(curve) > 2 else np.nan


# Fig. 5: pathways


@measures("feedforward_more_sensitive")
def recurrent_minus_feedforward(evidence: Evidence, arms: Arms) -> Sample:
    half_points = (evidence.log_half_points(arms[0], pathway) for pathway in ("recurrent", "feedforward"))
    return Sample([paired(*half_points)], within)


@measures("deeper_modules_suffer_more")
def correlation_of_loss_with_depth(evidence: Evidence, arms: Arms) -> Sample:
    correlations = [
        pd.Series(
            {
                seed: np.mean([_spearman(loss) for loss in losses]) if losses else np.nan
                for seed, losses in evidence.losses(arms[0], pathway).items()
            }
        )
        for pathway in ("feedforward", "recurrent")
    ]
    return Sample([paired(*correlations)], lambda mean: list(np.moveaxis(mean, -1, 0)))


@measures("recurrent_more_conserved")
def margin_of_change(evidence: Evidence, arms: Arms) -> Sample:
    pathways = ("feedforward", "recurrent")
    changes = [paired(*(evidence.change_of_weights(arm, pathway) for pathway in pathways)) for arm in arms]
    return Sample(changes, within)


# Fig. 6: freezing and duplication. Arms of one size start from the same first module: paired by seed.


@measures("frozen_feedforward_fails", "frozen_recurrent_near_15")
def n_solved(evidence: Evidence, arms: Arms) -> Sample:
    return Sample([evidence.n_solved(arm) for arm in arms])


@measures(
    "frozen_recurrent_costs_at_5",
    "frozen_recurrent_as_good_at_10",
    "recurrent_not_input_carries_copying",
)
def paired_difference(evidence: Evidence, arms: Arms) -> Sample:
    return Sample([paired(*(evidence.n_solved(arm) for arm in arms))], within)


@measures("frozen_recurrent_above_flat")
def difference(evidence: Evidence, arms: Arms) -> Sample:
    return Sample([evidence.n_solved(arm) for arm in arms], differences)


@measures("frozen_feedforward_below_recurrent")
def differences_at_both_sizes(evidence: Evidence, arms: Arms) -> Sample:
    solved = [evidence.n_solved(arm) for arm in arms]
    return Sample([paired(solved[0], solved[2]), paired(solved[1], solved[3])], within)


@measures("half_the_parameters")
def share_of_parameters(evidence: Evidence, arms: Arms) -> Measured:
    """Counted, not measured: it does not vary over seeds."""
    full, frozen = (evidence.of("pathways", arm) for arm in arms)
    shares = [frozen[count].iloc[0] / full[count].iloc[0] for count in ("n_trained_weights", "n_trained")]
    return Measured(Interval(*[max(shares)] * 3), min(len(full), len(frozen)), 0)


@measures("copying_recurrent_helps")
def effect_of_recurrent(evidence: Evidence, arms: Arms) -> Sample:
    none, recurrent, feedforward, both = range(4)
    return _effect(evidence, arms, plus=(recurrent, both), minus=(none, feedforward))


@measures("copying_feedforward_does_not_help")
def effect_of_feedforward(evidence: Evidence, arms: Arms) -> Sample:
    none, recurrent, feedforward, both = range(4)
    return _effect(evidence, arms, plus=(feedforward, both), minus=(none, recurrent))


def _effect(evidence: Evidence, arms: Arms, plus: tuple, minus: tuple) -> Sample:
    solved = paired(*(evidence.n_solved(arm) for arm in arms))
    return Sample([solved], lambda mean: [mean[..., plus].mean(-1) - mean[..., minus].mean(-1)])


@measures("copying_matters_less_when_larger")
def difference_of_effects(evidence: Evidence, arms: Arms) -> Sample:
    solved = [evidence.n_solved(arm) for arm in arms]

    def components(*means):
        five, ten = within(*means)
        return [np.abs(five) - np.abs(ten)]

    return Sample([paired(*solved[:2]), paired(*solved[2:])], components)
