"""Fig. 4: timescales."""

import pandas as pd

from modgrow.experiments.ideal import ideal_timescales
from modgrow.verdict.claim import claim
from modgrow.verdict.evidence import Evidence
from modgrow.verdict.sample import Arms, Sample, difference, matched, mean, slope, spearman


@claim(
    "tau_constant_in_modules",
    panel="4a",
    says="The trained tau stays the same from module to module.",
    statistic="difference of mean tau between the last and the first third of the modules",
    within=0.2,
    because="a fifth of a time step; means of different sizes lie 1.0 to 1.55 apart",
    place="Results, on timescales; Fig. 4a",
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
    "tau_falls_in_flat",
    panel="4a",
    says="The trained tau of a flat network falls to 1.",
    statistic="mean tau at the largest N solved",
    below=1.1,
    place="Results, on timescales; Fig. 4a",
    because="a tenth above the least that tau can be",
    tables=("timescales",),
    arms=("flat_91",),
    trained_tau=True,
)
def final_tau(evidence: Evidence, arms: Arms) -> Sample:
    """Mean trained tau at the largest N that each network solved."""
    curves = evidence.tau(arms[0])
    return [mean(curves.ffill(axis=1).iloc[:, -1])]


@claim(
    "effective_tau_rises",
    panel="4b",
    says="Effective timescales grow with N in both architectures.",
    statistic="Spearman correlation of mean effective tau with N under the published drive, lower of "
    "the two arms",
    above=0.5,
    place="Results, on timescales; Fig. 4b",
    because="a rank correlation below one half is no clear rise",
    tables=("timescales",),
    arms=("modular_15", "flat_91"),
)
def rank_correlations(evidence: Evidence, arms: Arms, column: str = "tau_effective") -> Sample:
    """Of each network, the rank correlation of a timescale with N."""
    curves = [evidence.tau_effective(arm, column) for arm in arms]
    return [mean(by_seed.apply(lambda curve: spearman(curve.dropna()), axis=1)) for by_seed in curves]


@claim(
    "effective_tau_modular_above_flat",
    panel="4b",
    says="At the same N, effective timescales are longer in modular networks.",
    statistic="mean effective tau, modular minus flat, averaged over the N that both solved (published "
    "drive)",
    above=0.0,
    place="Results, on timescales; Fig. 4b",
    because="no difference",
    families=True,
    tables=("timescales",),
    arms=("modular_15", "flat_91"),
)
def difference_at_the_same_n(evidence: Evidence, arms: Arms, column: str = "tau_effective") -> Sample:
    """A timescale, modular minus flat, over the N at which every network of both has a unit above 1."""
    [pair] = matched(evidence, arms)
    modular, flat = [evidence.tau_effective(arm, column).dropna(axis=1) for arm in pair]
    shared = modular.columns.intersection(flat.columns)
    return [difference(modular[shared].mean(axis=1), flat[shared].mean(axis=1))]


@claim(
    "effective_tau_beyond_ideal_reader",
    panel="own, 4b",
    says="Effective timescales rise beyond what an ideal parity reader shows under the same random density.",
    statistic="slope over N of (mean effective tau of the modules minus that of the ideal reader), "
    "published drive",
    above=0.0,
    because="no rise",
    tables=("timescales",),
    arms=("modular_15",),
)
def slope_beyond_ideal(evidence: Evidence, arms: Arms, column: str = "tau_effective") -> Sample:
    """Slope over N of a timescale minus the ideal reader's; of both only what is above 1, as published."""
    curves = evidence.tau_effective(arms[0], column)
    max_lag = evidence.experiments["timescales"].max_lag
    ideal = ideal_timescales(curves.columns, max_lag).set_index("n")[column]
    ideal = ideal.where(ideal > 1)
    return [mean(curves.apply(lambda curve: slope((curve - ideal).dropna()), axis=1))]


@claim(
    "weighted_tau_rises",
    panel="own, 4b",
    says="Weighted by amplitude, effective timescales grow with N in both architectures.",
    statistic="Spearman correlation of mean amplitude-weighted tau with N (published drive), lower of "
    "the two",
    above=0.5,
    because="a rank correlation below one half is no clear rise",
    tables=("timescales",),
    arms=("modular_15", "flat_91"),
)
def weighted_rank_correlations(evidence: Evidence, arms: Arms) -> Sample:
    """The same of timescales weighted by amplitude."""
    return rank_correlations(evidence, arms, "tau_weighted")


@claim(
    "weighted_tau_modular_above_flat",
    panel="own, 4b",
    says="Weighted by amplitude, effective timescales are longer in modular networks at the same N.",
    statistic="mean amplitude-weighted tau, modular minus flat, over the N that both solved (published "
    "drive)",
    above=0.0,
    because="no difference",
    families=True,
    tables=("timescales",),
    arms=("modular_15", "flat_91"),
)
def weighted_difference_at_the_same_n(evidence: Evidence, arms: Arms) -> Sample:
    """The same of timescales weighted by amplitude."""
    return difference_at_the_same_n(evidence, arms, "tau_weighted")


@claim(
    "weighted_tau_beyond_ideal_reader",
    panel="own, 4b",
    says="Weighted by amplitude, effective timescales rise beyond those of an ideal parity reader.",
    statistic="slope over N of (mean amplitude-weighted tau of the modules minus that of the ideal reader)",
    above=0.0,
    because="no rise",
    tables=("timescales",),
    arms=("modular_15",),
)
def weighted_slope_beyond_ideal(evidence: Evidence, arms: Arms) -> Sample:
    """The same of timescales weighted by amplitude."""
    return slope_beyond_ideal(evidence, arms, "tau_weighted")
