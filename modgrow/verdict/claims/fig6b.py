"""Fig. 6b: what a new module copies, W^FF x W^R each copied or fresh, in four readings of the paper's words.

At 5 units N_solved is compared, at 10, where it is at its ceiling, the updates that a new head takes.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from modgrow.verdict.claim import claim
from modgrow.verdict.claims.fig6a import AS_FAST, NO_DIFFERENCE, WHY_AS_FAST
from modgrow.verdict.curves import log_updates_to_learn
from modgrow.verdict.evidence import Evidence
from modgrow.verdict.sample import (
    Arms,
    Sample,
    ahead,
    ahead_in_n,
    by_seed,
    difference,
    median,
    paired_difference,
)

READINGS = {  # what W^I, b and tau do meanwhile; arms that copy neither, W^R, W^FF, both
    "i": ("all else fresh", ("copy_none", "copy_recurrent", "copy_feedforward", "copy_both")),
    "ii": (
        "W^I, b and tau with W^R",
        ("copy_none", "copy_all_but_feedforward", "copy_feedforward", "modular"),
    ),
    "iii": (
        "W^I, b and tau always copied",
        ("copy_input_bias_tau", "copy_all_but_feedforward", "copy_all_but_recurrent", "modular"),
    ),
    "iv": (
        "W^I with W^FF, b and tau with W^R",
        ("copy_none", "copy_recurrent_bias_tau", "copy_input_feedforward", "modular"),
    ),
}
NO_POWER = (
    "no number of networks that could be trained would show that N_solved at 5 units differs by less than 5: "
    "the power is 0 at 20 networks and 0.57 at 300"
)


def effect_of_recurrent(evidence: Evidence, arms: Arms) -> Sample:
    """N_solved with a copied W^R against that without one, W^FF copied or not."""
    none, recurrent, feedforward, both = [evidence.n_solved(arm) for arm in arms]
    with_copy = by_seed(recurrent, both, _mean_of_both)
    without = by_seed(none, feedforward, _mean_of_both)
    return [ahead(with_copy, without, evidence.ends(*arms))]


def effect_of_feedforward(evidence: Evidence, arms: Arms) -> Sample:
    """N_solved with a copied W^FF minus that without one, seed by seed, W^R copied or not."""
    none, recurrent, feedforward, both = [evidence.n_solved(arm) for arm in arms]
    with_copy = by_seed(feedforward, both, _mean_of_both)
    without = by_seed(none, recurrent, _mean_of_both)
    return [median(by_seed(with_copy, without, pd.Series.sub))]


def updates_saved_by_recurrent(evidence: Evidence, arms: Arms) -> Sample:
    """log10 updates of a new head with a copied W^R minus those without, W^FF copied or not."""
    none, recurrent, feedforward, both = log_updates_to_learn(evidence, *arms)
    with_copy = by_seed(recurrent, both, _mean_of_both)
    return [paired_difference(with_copy, by_seed(none, feedforward, _mean_of_both))]


def updates_saved_by_feedforward(evidence: Evidence, arms: Arms) -> Sample:
    """The same of a copied W^FF, W^R copied or not."""
    none, recurrent, feedforward, both = log_updates_to_learn(evidence, *arms)
    with_copy = by_seed(feedforward, both, _mean_of_both)
    return [paired_difference(with_copy, by_seed(none, recurrent, _mean_of_both))]


def _mean_of_both(one: pd.Series, other: pd.Series) -> pd.Series:
    return (one + other) / 2


def _in_every_reading(name: str, units: int, measure: Callable, **declared) -> None:
    """Declare a claim once for each reading."""
    for reading, (words, arms) in READINGS.items():
        text = {key: f"{declared[key]} ({words})" for key in ("says", "statistic")}
        own = {"headline": True} if (name, reading) == ("copying_recurrent_helps", "i") and units == 5 else {}
        claim(
            f"{name}_{reading}_{units}",
            panel="6b",
            place="Results, on duplication; Fig. 6b",
            tables=("learning_curves",),
            arms=tuple(f"{arm}_{units}" for arm in arms),
            **{**declared, **text, **own},
        )(measure)


_in_every_reading(
    "copying_recurrent_helps",
    5,
    effect_of_recurrent,
    says="At 5 units, copying W^R into a new module helps",
    statistic="probability that N_solved, averaged over W^FF copied or not, is larger with a copied W^R",
    above=0.5,
    because=NO_DIFFERENCE,
)
_in_every_reading(
    "copying_feedforward_little",
    5,
    effect_of_feedforward,
    says="At 5 units, copying W^FF into a new module confers little or nothing",
    statistic="N_solved with minus without a copied W^FF, by seed, mean over W^R copied or not; median",
    below=5.0,
    because="five epochs of sixty; harm is no benefit either",
)
_in_every_reading(
    "copying_recurrent_helps",
    10,
    updates_saved_by_recurrent,
    says="At 10 units, heads learn faster where W^R is copied",
    statistic="log10 of the updates a new head takes, W^R copied minus fresh, mean over W^FF copied or not",
    below=0.0,
    negligible=AS_FAST,
    because=WHY_AS_FAST,
)
_in_every_reading(
    "copying_feedforward_little",
    10,
    updates_saved_by_feedforward,
    says="At 10 units, copying W^FF into a new module confers little or nothing",
    statistic="log10 of the updates a new head takes, W^FF copied minus fresh, mean over W^R copied or not",
    above=-AS_FAST,
    because="a fifth of the updates saved at most; harm is no benefit either",
)


@claim(
    "copying_feedforward_impairs",
    panel="6b",
    place="caption of Fig. 6b, which the text does not repeat",
    says="Copying W^FF alone is a slight disadvantage.",
    statistic="probability of a larger N from copying W^FF alone than from copying nothing",
    below=0.5,
    because=NO_DIFFERENCE,
    tables=("learning_curves",),
    arms=("copy_feedforward_5", "copy_none_5"),
)
@claim(
    "recurrent_not_input_carries_copying",
    panel="own, 6b",
    says="It is W^R, not W^I, that carries the advantage of copying.",
    statistic="probability of a larger N from copying W^R alone than from copying W^I alone",
    above=0.5,
    because=NO_DIFFERENCE,
    tables=("learning_curves",),
    arms=("copy_recurrent_5", "copy_input_5"),
)
def first_against_second(evidence: Evidence, arms: Arms) -> Sample:
    """N_solved of the first arm against that of the second."""
    return [ahead_in_n(evidence, *arms)]


@claim(
    "noisy_copies_as_good_at_5",
    panel="text to 6b",
    place="Results, on duplication",
    says="At 5 units, noise of 5 per cent on what is copied changes little.",
    statistic="N_solved of noisy copies minus that of exact ones, paired by seed, median",
    within=5.0,
    because="five epochs of sixty",
    undecidable=NO_POWER,
    tables=("learning_curves",),
    arms=("noisy_copy_5", "modular_5"),
)
def change_of_n_solved(evidence: Evidence, arms: Arms) -> Sample:
    """N_solved of the first arm minus that of the second, seed by seed."""
    first, second = [evidence.n_solved(arm) for arm in arms]
    return [median(by_seed(first, second, pd.Series.sub))]


@claim(
    "copying_matters_less_when_larger",
    panel="text to 6b",
    place="Results, on duplication",
    says="What is copied into a new module matters less in larger modules.",
    statistic="log10 of the updates that copying W^R and W^FF saves or costs a new head, 5 units minus 10, "
    "saved or cost there; lower of the two (literal reading)",
    above=0.0,
    because="no difference",
    tables=("learning_curves",),
    arms=("copy_both_5", "copy_none_5", "copy_both_10", "copy_none_10"),
)
def difference_of_savings(evidence: Evidence, arms: Arms) -> Sample:
    """What copying both saves or costs at 5 units, minus what it saves at 10, and minus what it costs."""
    at_5, at_10 = [_saved(evidence, *arms[start : start + 2]) for start in (0, 2)]
    size = at_5 * np.sign(at_5.mean())
    return [difference(size, at_10), difference(size, -at_10)]


def _saved(evidence: Evidence, copied: str, fresh: str) -> pd.Series:
    """log10 of the factor by which a head learns sooner, by seed."""
    return by_seed(*log_updates_to_learn(evidence, copied, fresh), lambda one, other: other - one)
