"""Fig. 4: trained and effective timescales, the effective ones averaged over all neurons with a fit."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
from scipy.stats import wasserstein_distance

from modgrow.experiments.ideal import ideal_timescales
from modgrow.verdict.claim import claim
from modgrow.verdict.evidence import Evidence
from modgrow.verdict.sample import Arms, Sample, difference, matched, mean, slope, trends

AS_LONG = 0.1
WHY_AS_LONG = "a tenth of a time step, and of the least that tau can be"
LONG_ENOUGH = 0.5  # of N: a memory of half the bits
FROM = 10  # N from which a memory is asked for


@claim(
    "tau_constant_in_modules",
    panel="4a",
    place="Results, on timescales; Fig. 4a",
    says="The trained tau stays the same from module to module.",
    statistic="mean tau of the last third of the modules minus that of the first",
    within=AS_LONG,
    because=WHY_AS_LONG,
    tables=("timescales",),
    arms=("modular_15",),
    trained_tau=True,
)
def drift_of_tau(evidence: Evidence, arms: Arms) -> Sample:
    """Last minus first third of each network's modules."""
    curves = evidence.tau(arms[0])
    drifts = {seed: _drift(curve.dropna()) for seed, curve in curves.iterrows()}
    return [mean(pd.Series(drifts))]


def _drift(curve: pd.Series) -> float:
    """Mean over the last third of a curve minus mean over its first."""
    third = max(len(curve) // 3, 1)
    return curve.iloc[-third:].mean() - curve.iloc[:third].mean()


@claim(
    "tau_distribution_unchanged",
    panel="4a, discussion",
    place="discussion, on time constants",
    says="Not only the mean of tau but its distribution is the same in late modules as in the second.",
    statistic="Wasserstein distance of a module's taus to those of module 2, mean over the last third",
    below=AS_LONG,
    because=WHY_AS_LONG,
    tables=("timescales",),
    arms=("modular_15",),
    trained_tau=True,
)
def distance_of_distributions(evidence: Evidence, arms: Arms) -> Sample:
    """How far the taus of late modules lie from those of module 2, in each network."""
    rows = evidence.timescales(arms[0])
    return [mean(rows.groupby("seed").apply(_distance_from_module_2, n=evidence.arms[arms[0]].n_first + 1))]


def _distance_from_module_2(rows: pd.DataFrame, n: int) -> float:
    """Mean distance of the modules of the last third to the one that answers for `n`."""
    taus = {of: own["tau"].to_numpy() for of, own in rows.groupby("n")}
    late = list(taus)[-max(len(taus) // 3, 1) :]
    return np.mean([wasserstein_distance(taus[n], taus[of]) for of in late]) if n in taus else np.nan


@claim(
    "tau_falls_in_flat",
    panel="4a",
    place="Results, on timescales; Fig. 4a",
    says="The trained tau of a flat network falls to 1.",
    statistic="mean tau at the largest N solved",
    below=1.0 + AS_LONG,
    because=WHY_AS_LONG,
    tables=("timescales",),
    arms=("flat_91",),
    trained_tau=True,
)
def final_tau(evidence: Evidence, arms: Arms) -> Sample:
    """Mean trained tau at the largest N that each network solved."""
    curves = evidence.tau(arms[0])
    return [mean(curves.ffill(axis=1).iloc[:, -1])]


@claim(
    "trained_tau_too_small",
    panel="4a",
    place="Results, on timescales",
    says="The trained taus are much too small for the memory that the task asks for.",
    statistic="autocorrelation time of a lone neuron of the mean tau, -1/ln(1 - 1/tau), as a share of N, "
    f"largest from N = {FROM} on, higher of the two arms",
    below=LONG_ENOUGH,
    because="a memory of half the bits is none for parity; tau would have to pass 5 at N = 10",
    tables=("timescales",),
    arms=("modular_15", "flat_91"),
    trained_tau=True,
)
def memory_of_the_trained_taus(evidence: Evidence, arms: Arms) -> Sample:
    """The longest memory of a lone neuron, as a share of what N asks for, of each network."""
    return [mean(evidence.tau(arm).apply(_share_of_memory, axis=1)) for arm in arms]


def _share_of_memory(curve: pd.Series) -> float:
    """An AR(1) process keeps 1 - 1/tau of itself in a step; a neuron of tau = 1 keeps nothing."""
    late = curve[curve.index >= FROM].dropna()
    kept = 1.0 - 1.0 / late
    times = (-1.0 / np.log(kept.where(kept > 0))).fillna(0.0)
    return (times / late.index).max() if len(late) else np.nan


@claim(
    "effective_tau_rises",
    panel="4b",
    place="Results, on timescales; Fig. 4b",
    says="Effective timescales grow with N in both architectures.",
    statistic="rank correlation of effective tau, mean over all neurons, with N; lower of the two arms",
    above=0.0,
    because="no trend",
    tables=("timescales",),
    arms=("modular_15", "flat_91"),
)
def rank_correlations(
    evidence: Evidence, arms: Arms, column: str = "tau_effective", average: str = "mean"
) -> Sample:
    """Of each network, the rank correlation of a timescale with N."""
    curves = [evidence.tau_effective(arm, column, average) for arm in arms]
    return [mean(trends(by_seed)) for by_seed in curves]


@claim(
    "effective_tau_modular_above_flat",
    panel="4b",
    place="Results, on timescales; Fig. 4b",
    says="At the same N, effective timescales are longer in modular networks.",
    statistic="effective tau, mean over all neurons, modular minus flat, mean over the N that both solved",
    above=0.0,
    because="no difference",
    tables=("timescales",),
    arms=("modular_15", "flat_91"),
)
def difference_at_the_same_n(
    evidence: Evidence, arms: Arms, column: str = "tau_effective", average: str = "mean"
) -> Sample:
    """A timescale, modular minus flat, over the N at which every network of both has one."""
    [pair] = matched(evidence, arms)
    modular, flat = [evidence.tau_effective(arm, column, average).dropna(axis=1) for arm in pair]
    shared = modular.columns.intersection(flat.columns)
    return [difference(modular[shared].mean(axis=1), flat[shared].mean(axis=1))]


@claim(
    "random_connections_long_tau",
    panel="own, 4b",
    place="discussion, on random connections",
    says="Relatively random connections alone make timescales grow along the chain.",
    statistic="rank correlation of mean effective tau with N in chains that grew untrained (published drive)",
    above=0.0,
    because="no trend",
    tables=("timescales",),
    arms=("modular_15",),
)
def rank_correlations_untrained(evidence: Evidence, arms: Arms) -> Sample:
    """The same of untrained chains."""
    return [mean(trends(evidence.tau_effective(arms[0], trained=False)))]


@claim(
    "effective_tau_beyond_ideal_reader",
    panel="own, 4b",
    says="Effective timescales rise beyond what an ideal parity reader shows under the same random density.",
    statistic="slope over N of (mean effective tau minus that of the ideal reader), published drive",
    above=0.0,
    because="no rise",
    tables=("timescales",),
    arms=("modular_15",),
)
def slope_beyond_ideal(evidence: Evidence, arms: Arms, column: str = "tau_effective") -> Sample:
    """Slope over N of a timescale minus the ideal reader's."""
    curves = evidence.tau_effective(arms[0], column)
    max_lag = evidence.experiments["timescales"].max_lag
    ideal = ideal_timescales(curves.columns, max_lag).set_index("n")[column]
    return [mean(curves.apply(lambda curve: slope((curve - ideal).dropna()), axis=1))]


def _of_other_averages() -> None:
    """The same statements of the median neuron, and of taus weighted by amplitude."""
    both = ("modular_15", "flat_91")
    shared = {"panel": "own, 4b", "above": 0.0, "tables": ("timescales",)}
    for name, words, told in (
        ("median", "In the median neuron, ", {"average": "median"}),
        ("weighted", "Weighted by amplitude, ", {"column": "tau_weighted"}),
    ):
        claim(
            f"{name}_tau_rises",
            says=f"{words}effective timescales grow with N in both architectures.",
            statistic=f"rank correlation of {name} effective tau with N (published drive), lower of two arms",
            because="no trend",
            arms=both,
            **shared,
        )(_told(rank_correlations, **told))
        claim(
            f"{name}_tau_modular_above_flat",
            says=f"{words}effective timescales are longer in modular networks at the same N.",
            statistic=f"{name} effective tau, modular minus flat, over N that both solved (published drive)",
            because="no difference",
            arms=both,
            **shared,
        )(_told(difference_at_the_same_n, **told))
    claim(
        "weighted_tau_beyond_ideal_reader",
        says="Weighted by amplitude, effective timescales rise beyond those of an ideal parity reader.",
        statistic="slope over N of (mean weighted effective tau minus that of the ideal reader)",
        because="no rise",
        arms=("modular_15",),
        **shared,
    )(_told(slope_beyond_ideal, column="tau_weighted"))


def _told(measure: Callable[..., Sample], **more: str) -> Callable[..., Sample]:
    """A measure that is told more; its claim counts as one of this file."""
    found = partial(measure, **more)
    found.__module__ = __name__
    return found


_of_other_averages()
