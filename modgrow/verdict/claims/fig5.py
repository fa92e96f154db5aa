"""Fig. 5: pathways."""

import numpy as np
import pandas as pd

from modgrow.verdict.claim import MODULAR, claim
from modgrow.verdict.evidence import Evidence
from modgrow.verdict.sample import Arms, Sample, paired, spearman, within


@claim(
    "feedforward_more_sensitive",
    panel="5a, 5b",
    says="Perturbing W^FF hurts at smaller strengths than perturbing W^R.",
    statistic="log10 half-point of tasks solved, W^R minus W^FF",
    above=0.0,
    tables=("perturbation_summary",),
    arms=("modular_15",),
)
def recurrent_minus_feedforward(evidence: Evidence, arms: Arms) -> Sample:
    half_points = (evidence.log_half_points(arms[0], pathway) for pathway in ("recurrent", "feedforward"))
    return Sample([paired(*half_points)], within)


@claim(
    "deeper_modules_suffer_more",
    panel="5a, 5b",
    says="The same perturbation lowers the accuracy of deeper modules more.",
    statistic="Spearman correlation of the loss of accuracy with depth, averaged over strengths where "
    "the mean accuracy lies between 0.6 and 0.95; lower of W^FF and W^R",
    above=0.5,
    tables=("perturbation",),
    arms=("modular_15",),
)
def correlation_of_loss_with_depth(evidence: Evidence, arms: Arms) -> Sample:
    correlations = [
        pd.Series(
            {
                seed: np.mean([spearman(loss) for loss in losses]) if losses else np.nan
                for seed, losses in evidence.losses(arms[0], pathway).items()
            }
        )
        for pathway in ("feedforward", "recurrent")
    ]
    return Sample([paired(*correlations)], lambda mean: list(np.moveaxis(mean, -1, 0)))


@claim(
    "recurrent_more_conserved",
    panel="5c",
    says="From one module to the next, W^R changes less than W^FF, at every size.",
    statistic="variance of the normalised weight change, W^FF minus W^R, lowest over the four sizes",
    above=0.0,
    tables=("conservation",),
    arms=MODULAR,
    needs="any",
)
def margin_of_change(evidence: Evidence, arms: Arms) -> Sample:
    pathways = ("feedforward", "recurrent")
    changes = [paired(*(evidence.change_of_weights(arm, pathway) for pathway in pathways)) for arm in arms]
    return Sample(changes, within)
