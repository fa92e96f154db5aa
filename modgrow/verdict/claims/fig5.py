"""Fig. 5: pathways."""

from functools import partial

import numpy as np
import pandas as pd

from modgrow.verdict.claim import MODULAR, claim
from modgrow.verdict.claims.fig3 import BOUND, WHY_BOUND
from modgrow.verdict.evidence import Evidence
from modgrow.verdict.intervals.smooth import smooth
from modgrow.verdict.sample import (
    Arms,
    Component,
    Sample,
    component,
    counted,
    mean,
    paired_difference,
    spearman,
)

HURT = (0.6, 0.95)  # accuracy under a perturbation that hurts but does not ruin
EARLY = range(3, 6)  # modules
OTHER_SIZES = tuple(arm for arm in MODULAR if arm != "modular_15")


@claim(
    "feedforward_more_sensitive",
    panel="5a, 5b",
    place="Results, on pathways; Figs. 5a and 5b",
    says="Perturbing W^FF hurts at smaller strengths than perturbing W^R.",
    statistic="log10 half-point of tasks solved, W^R minus W^FF, paired by seed",
    above=0.0,
    negligible=BOUND,
    because=WHY_BOUND,
    headline=True,
    tables=("perturbation_summary",),
    arms=("modular_15",),
)
@claim(
    "feedforward_more_sensitive_at_other_sizes",
    panel="5a, 5b",
    place="caption of Fig. 5",
    says="Other sizes of module are alike: perturbing W^FF hurts at smaller strengths than perturbing W^R.",
    statistic="log10 half-point of tasks solved, W^R minus W^FF, paired by seed, lowest of the three arms",
    above=0.0,
    negligible=BOUND,
    because=WHY_BOUND,
    tables=("perturbation_summary",),
    arms=OTHER_SIZES,
    needs="any",
)
def recurrent_minus_feedforward(evidence: Evidence, arms: Arms) -> Sample:
    """Half-point of W^R minus that of W^FF in the same network."""
    return [_recurrent_minus_feedforward(evidence, arm, "") for arm in arms]


@claim(
    "feedforward_more_sensitive_in_drive",
    panel="own, 5a, 5b",
    says="Noise through W^FF hurts at smaller strengths than noise through W^R of equal size in the drive.",
    statistic="log10 half-point of tasks solved, W^R minus W^FF, noise measured in the drive, paired by seed",
    above=0.0,
    negligible=BOUND,
    because=WHY_BOUND,
    tables=("perturbation_summary",),
    arms=("modular_15",),
)
def recurrent_minus_feedforward_in_drive(evidence: Evidence, arms: Arms) -> Sample:
    """The same where the noise is measured in the drive."""
    return [_recurrent_minus_feedforward(evidence, arm, "_in_drive") for arm in arms]


def _recurrent_minus_feedforward(evidence: Evidence, arm: str, noise: str) -> Component:
    recurrent = evidence.log_half_points(arm, f"recurrent{noise}")
    feedforward = evidence.log_half_points(arm, f"feedforward{noise}")
    return paired_difference(recurrent, feedforward)


@claim(
    "deeper_modules_suffer_more",
    panel="5a, 5b",
    place="Results, on pathways; Figs. 5a and 5b",
    says="The same perturbation lowers the accuracy of deeper modules more.",
    statistic="rank correlation of the loss of accuracy with depth, mean over strengths where the "
    f"mean accuracy lies between {HURT[0]} and {HURT[1]}; lower of W^FF and W^R",
    above=0.0,
    because="no trend",
    tables=("perturbation",),
    arms=("modular_15",),
)
def correlation_of_loss_with_depth(evidence: Evidence, arms: Arms) -> Sample:
    """Of each network, how the loss of accuracy ranks with N, for W^FF and for W^R."""
    feedforward = _correlations(evidence, arms[0], "feedforward")
    recurrent = _correlations(evidence, arms[0], "recurrent")
    return [mean(feedforward), mean(recurrent)]


def _correlations(evidence: Evidence, arm: str, pathway: str) -> pd.Series:
    """By seed, the mean over strengths that hurt but do not ruin; NaN where there is none."""
    found = {}
    for seed, losses in evidence.losses(arm, pathway, mean_accuracy=HURT).items():
        found[seed] = np.mean([spearman(loss) for loss in losses]) if losses else np.nan
    return pd.Series(found)


@claim(
    "upstream_unchanged",
    panel="5a, 5b",
    place="Results, on pathways",
    says="Noise in one module leaves all modules before it exactly as they were.",
    statistic="largest change of accuracy of any head upstream of a disturbed module, at any strength",
    below=1e-9,
    because="it holds by construction: the same bits must give the same answers",
    tables=("perturbation",),
    arms=("modular_15",),
)
def largest_change_upstream(evidence: Evidence, arms: Arms) -> Sample:
    """Over all networks, strengths and disturbed modules."""
    disturbed = evidence.disturbed_alone(arms[0])
    largest = [(one.losses.loc[:, one.losses.columns < one.n]).abs().max().max() for one in disturbed]
    n_seeds = len({one.seed for one in disturbed})
    return [counted(max(largest, default=np.nan), n_seeds)]


@claim(
    "all_downstream_suffer",
    panel="5a, 5b",
    place="Results, on pathways",
    says="Noise in one module harms every module after it.",
    statistic="loss of accuracy of the head that loses least downstream of a disturbed module, where its own "
    f"lies between {HURT[0]} and {HURT[1]}; mean over strengths and modules, lower of W^FF and W^R",
    above=0.0,
    because="no loss",
    tables=("perturbation",),
    arms=("modular_15",),
)
def least_loss_downstream(evidence: Evidence, arms: Arms) -> Sample:
    """The least loss of any head downstream, of each network."""
    return [mean(_downstream(evidence, arms[0], part, np.min)) for part in ("feedforward", "recurrent")]


@claim(
    "downstream_equally",
    panel="5a, 5b",
    place="Results, on pathways",
    says="Noise in one module harms all modules after it equally.",
    statistic="loss of accuracy of the farthest third of the heads after a disturbed module minus that of "
    f"the nearest third, where its own lies between {HURT[0]} and {HURT[1]}; mean over strengths and modules",
    within=0.02,
    because="0.02 is what the criterion of success forgives",
    tables=("perturbation",),
    arms=("modular_15",),
)
def change_of_loss_with_distance(evidence: Evidence, arms: Arms) -> Sample:
    """Whether the loss grows or fades with the distance from the disturbed module, in each network."""
    return [
        mean(_downstream(evidence, arms[0], part, _far_minus_near)) for part in ("feedforward", "recurrent")
    ]


def _far_minus_near(losses: np.ndarray) -> float:
    third = max(len(losses) // 3, 1)
    return losses[-third:].mean() - losses[:third].mean()


def _downstream(evidence: Evidence, arm: str, part: str, of) -> pd.Series:
    """By seed, the mean of `of` over the strengths and modules that hurt but do not ruin."""
    found: dict[int, list[float]] = {}
    for one in evidence.disturbed_alone(arm):
        own = one.accuracies.get(one.n)
        if one.part != part or own is None:
            continue
        hurt = own.between(*HURT) & (own.index > 0)
        struck = one.losses.loc[hurt, one.losses.columns > one.n]
        found.setdefault(one.seed, []).extend(of(row) for row in struck.to_numpy() if len(row))
    return pd.Series(
        {seed: np.mean(values) if values else np.nan for seed, values in found.items()}, dtype=float
    )


@claim(
    "recurrent_more_conserved",
    panel="5c",
    place="Results, on pathways; Fig. 5c",
    says="From one module to the next, W^R changes less than W^FF.",
    statistic="variance of the normalised weight change, W^FF minus W^R, mean over the modules",
    above=0.0,
    because="no difference",
    headline=True,
    tables=("conservation",),
    arms=("modular_15",),
)
@claim(
    "recurrent_more_conserved_at_other_sizes",
    panel="5c",
    place="caption of Fig. 5",
    says="Other sizes of module are alike: from one to the next, W^R changes less than W^FF.",
    statistic="variance of the normalised weight change, W^FF minus W^R, mean over the modules; lowest of "
    "the three arms",
    above=0.0,
    because="no difference",
    tables=("conservation",),
    arms=OTHER_SIZES,
    needs="any",
)
def margin_of_change(evidence: Evidence, arms: Arms) -> Sample:
    """Change of W^FF minus change of W^R in the same network."""
    return [mean(_margins(evidence, arm).mean(axis=1)) for arm in arms]


@claim(
    "recurrent_more_conserved_early",
    panel="own, 5c",
    says="Early in the chain, W^R changes less than W^FF.",
    statistic="variance of the normalised weight change, W^FF minus W^R, modules 3 to 5, mean of the sizes",
    above=0.0,
    because="no difference",
    tables=("conservation",),
    arms=MODULAR,
    needs="any",
)
def early_margin_of_change(evidence: Evidence, arms: Arms) -> Sample:
    """Of the first modules that were copied, the mean over the sizes."""
    return [_of_sizes([_margins(evidence, arm).pipe(_early) for arm in arms])]


@claim(
    "recurrent_more_conserved_late",
    panel="own, 5c",
    says="Late in the chain too, W^R changes less than W^FF.",
    statistic="variance of the normalised weight change, W^FF minus W^R, last third of the modules, mean of "
    "the sizes",
    above=0.0,
    because="no difference",
    tables=("conservation",),
    arms=MODULAR,
    needs="any",
)
def late_margin_of_change(evidence: Evidence, arms: Arms) -> Sample:
    """Of the modules that came last, the mean over the sizes."""
    return [_of_sizes([_margins(evidence, arm).apply(_late, axis=1) for arm in arms])]


def _of_sizes(margins: list[pd.Series]) -> Component:
    """The mean of the sizes, which all count alike."""
    return component(partial(smooth, weights=[1 / len(margins)] * len(margins)), *margins)


def _early(margins: pd.DataFrame) -> pd.Series:
    return margins.loc[:, margins.columns.isin(EARLY)].mean(axis=1)


def _margins(evidence: Evidence, arm: str) -> pd.DataFrame:
    recurrent, feedforward = [evidence.change_of_weights(arm, part) for part in ("recurrent", "feedforward")]
    return _minus(feedforward, recurrent)


def _minus(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Seeds by module, where both have a value."""
    return (one - other).dropna(axis=1, how="all")


def _late(of_network: pd.Series) -> float:
    """Mean over the last third of a network's modules."""
    modules = of_network.dropna()
    return modules.iloc[-max(len(modules) // 3, 1) :].mean() if len(modules) else np.nan
