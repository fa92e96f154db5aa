"""Fig. 2c: generalisation to N + K."""

from modgrow.verdict.claim import claim
from modgrow.verdict.evidence import Evidence
from modgrow.verdict.sample import Arms, Sample, difference, matched, mean, trends


@claim(
    "generalisation_above_flat",
    panel="2c",
    place="abstract; Results, on generalisation; Fig. 2c",
    says="A modular network trained to N = 10 learns N = 10 + K better than the flat one.",
    statistic="accuracy of the modular minus the flat arm, default variant, mean over K",
    above=0.0,
    negligible=0.02,
    because="0.02 is what the criterion of success forgives",
    headline=True,
    families=True,
    tables=("generalisation",),
    arms=("modular_15", "flat_91"),
)
def advantage_over_all_k(evidence: Evidence, arms: Arms) -> Sample:
    """Accuracy on N + K, mean over K, modular minus flat."""
    [pair] = matched(evidence, arms)
    ours, theirs = [evidence.generalisation(arm).mean(axis=1, skipna=False) for arm in pair]
    return [difference(ours, theirs)]


@claim(
    "generalisation_above_flat_at_every_k",
    panel="own, 2c",
    says="A modular network trained to N = 10 learns N = 10 + K better than the flat one, at every K.",
    statistic="accuracy of the modular minus the flat arm, default variant; lowest over K",
    above=0.0,
    because="no difference",
    families=True,
    tables=("generalisation",),
    arms=("modular_15", "flat_91"),
)
def advantage_at_every_k(evidence: Evidence, arms: Arms) -> Sample:
    """Accuracy on N + K, modular minus flat, at each K."""
    [(modular, flat)] = matched(evidence, arms)
    ours = evidence.generalisation(modular)
    theirs = evidence.generalisation(flat)
    return [difference(ours[k], theirs[k]) for k in ours]


@claim(
    "generalisation_decays",
    panel="2c",
    place="Results, on generalisation; Fig. 2c",
    says="In both architectures, accuracy on N = 10 + K falls with K.",
    statistic="rank correlation of accuracy with K in each network, higher of the two arm means",
    below=0.0,
    because="no trend; not end points, as the curves turn",
    tables=("generalisation",),
    arms=("modular_15", "flat_91"),
)
def trend_over_k(evidence: Evidence, arms: Arms) -> Sample:
    """Rank correlation of the accuracy with K, of each network."""
    return [mean(trends(evidence.generalisation(arm))) for arm in arms]
