"""Fig. 5: pathways."""

import numpy as np
import pandas as pd

from modgrow.verdict.claim import MODULAR, claim
from modgrow.verdict.evidence import Evidence
from modgrow.verdict.sample import Arms, Sample, mean, paired_difference, spearman

HURT = (0.6, 0.95)  # mean accuracy of the modules under a perturbation that hurts but does not ruin


@claim(
    "feedforward_more_sensitive",
    panel="5a, 5b",
    says="Perturbing W^FF hurts at smaller strengths than perturbing W^R.",
    statistic="log10 half-point of tasks solved, W^R minus W^FF",
    above=0.0,
    place="Results, on pathways; Figs. 5a and 5b",
    because="no difference",
    headline=True,
    tables=("perturbation_summary",),
    arms=("modular_15",),
)
def recurrent_minus_feedforward(evidence: Evidence, arms: Arms) -> Sample:
    """Half-point of W^R minus that of W^FF in the same network."""
    recurrent = evidence.log_half_points(arms[0], "recurrent")
    feedforward = evidence.log_half_points(arms[0], "feedforward")
    return [paired_difference(recurrent, feedforward)]


@claim(
    "deeper_modules_suffer_more",
    panel="5a, 5b",
    says="The same perturbation lowers the accuracy of deeper modules more.",
    statistic="Spearman correlation of the loss of accuracy with depth, averaged over strengths where the "
    f"mean accuracy lies between {HURT[0]} and {HURT[1]}; lower of W^FF and W^R",
    above=0.5,
    place="Results, on pathways; Figs. 5a and 5b",
    because="a rank correlation below one half is no clear trend",
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
    "recurrent_more_conserved",
    panel="5c",
    says="From one module to the next, W^R changes less than W^FF, at every size.",
    statistic="variance of the normalised weight change, W^FF minus W^R, lowest over the four sizes",
    above=0.0,
    place="Results, on pathways; Fig. 5c",
    because="no difference",
    headline=True,
    tables=("conservation",),
    arms=MODULAR,
    needs="any",
)
def margin_of_change(evidence: Evidence, arms: Arms) -> Sample:
    """Change of W^FF minus change of W^R in the same network, at each size."""
    changes = []
    for arm in arms:
        feedforward = evidence.change_of_weights(arm, "feedforward")
        recurrent = evidence.change_of_weights(arm, "recurrent")
        changes.append(paired_difference(feedforward, recurrent))
    return changes
