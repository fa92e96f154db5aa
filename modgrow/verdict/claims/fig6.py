"""Fig. 6: freezing and duplication. Arms of one size start from the same first module: paired by seed."""

import pandas as pd

from modgrow.verdict.claim import claim
from modgrow.verdict.evidence import Evidence
from modgrow.verdict.sample import Arms, Component, Sample, ahead, by_seed, counted, median


@claim(
    "frozen_feedforward_fails",
    panel="6a",
    says="With W^FF frozen, networks fail within a step or two of the first task its fixed copy serves.",
    statistic="N_solved, higher of the two medians",
    below=5.0,
    tables=("learning_curves",),
    arms=("frozen_feedforward_5", "frozen_feedforward_10"),
    needs="any",
)
@claim(
    "frozen_recurrent_near_15",
    panel="6a",
    says="With W^R frozen, networks of 5 units reach an N of about 15 before they stall.",
    statistic="N_solved, median",
    between=(10.0, 20.0),
    tables=("learning_curves",),
    arms=("frozen_recurrent_5",),
)
def n_solved(evidence: Evidence, arms: Arms) -> Sample:
    """N_solved of each arm."""
    return [median(evidence.n_solved(arm), evidence.ends(arm)) for arm in arms]


@claim(
    "frozen_recurrent_stalls",
    panel="6a",
    says="With W^R frozen, networks of 5 units stagnate before the end of training.",
    statistic="tasks solved per epoch over the last third of the epochs, median",
    below=0.2,
    tables=("learning_curves",),
    arms=("frozen_recurrent_5",),
)
def late_pace(evidence: Evidence, arms: Arms) -> Sample:
    """Tasks solved per epoch towards the end of training, of each arm."""
    return [median(evidence.late_tasks_per_epoch(arm), (0.0, 1.0)) for arm in arms]


@claim(
    "frozen_recurrent_as_good_at_10",
    panel="6a",
    says="At 10 units, freezing W^R makes no difference.",
    statistic="N_solved of the fully trained minus that of the frozen network of the same seed, median",
    within=5.0,
    because="what 5 epochs of 60 add; the authors compare curves by eye",
    tables=("learning_curves",),
    arms=("modular_10", "frozen_recurrent_10"),
)
def gain_of_training_at_10(evidence: Evidence, arms: Arms) -> Sample:
    """N_solved of the fully trained arm minus that of the frozen one, seed by seed."""
    trained, frozen = [evidence.n_solved(arm) for arm in arms]
    return [median(by_seed(trained, frozen, pd.Series.sub))]


@claim(
    "frozen_recurrent_above_flat",
    panel="6a",
    says="Even with W^R frozen, 5-unit modules outdo the flat network of their size.",
    statistic="probability that a frozen network ends at a larger N than one of flat 20",
    above=0.5,
    tables=("learning_curves",),
    arms=("frozen_recurrent_5", "flat_20"),
)
def difference(evidence: Evidence, arms: Arms) -> Sample:
    """N_solved of the first arm against that of the second."""
    return [_ahead(evidence, *arms)]


@claim(
    "frozen_recurrent_costs_at_5",
    panel="6a",
    says="At 5 units, freezing W^R costs performance.",
    statistic="probability that a fully trained network ends at a larger N than a frozen one",
    above=0.5,
    tables=("learning_curves",),
    arms=("modular_5", "frozen_recurrent_5"),
)
def gain_of_training_at_5(evidence: Evidence, arms: Arms) -> Sample:
    """N_solved of the fully trained arm against that of the frozen one."""
    return [_ahead(evidence, *arms)]


@claim(
    "frozen_feedforward_below_recurrent",
    panel="6a",
    says="Freezing W^FF does more harm than freezing W^R, at 5 and at 10 units.",
    statistic="probability of a larger N with W^R frozen than with W^FF frozen, lower of the two sizes",
    above=0.5,
    tables=("learning_curves",),
    arms=("frozen_recurrent_5", "frozen_recurrent_10", "frozen_feedforward_5", "frozen_feedforward_10"),
)
def differences_at_both_sizes(evidence: Evidence, arms: Arms) -> Sample:
    """N_solved with W^R frozen against that with W^FF frozen, at 5 and at 10 units."""
    recurrent_5, recurrent_10, feedforward_5, feedforward_10 = arms
    return [_ahead(evidence, recurrent_5, feedforward_5), _ahead(evidence, recurrent_10, feedforward_10)]


@claim(
    "half_the_parameters",
    panel="6a, discussion",
    says="Freezing W^R about halves the parameters that a new module trains.",
    statistic="what a new module trains with W^R frozen, as a share of fully trained; higher of two "
    "counts: weights, and every parameter",
    between=(0.4, 0.65),
    tables=("pathways",),
    arms=("modular_5", "frozen_recurrent_5"),
)
def share_of_parameters(evidence: Evidence, arms: Arms) -> Sample:
    """Counted, not measured: it does not vary over seeds, and has an interval of no width."""
    full, frozen = (evidence.of("pathways", arm) for arm in arms)
    shares = [frozen[count].iloc[0] / full[count].iloc[0] for count in ("n_trained_weights", "n_trained")]
    return [counted(max(shares), n_seeds=min(len(full), len(frozen)))]


@claim(
    "copying_recurrent_helps",
    panel="6b",
    says="Copying W^R into a new module helps.",
    statistic="probability that N_solved, averaged over W^FF copied or not, is larger with a copied W^R "
    "(literal reading)",
    above=0.5,
    tables=("learning_curves",),
    arms=("copy_none_5", "copy_recurrent_5", "copy_feedforward_5", "copy_both_5"),
)
def effect_of_recurrent(evidence: Evidence, arms: Arms) -> Sample:
    """N_solved with a copied W^R against that without one, W^FF copied or not."""
    none, recurrent, feedforward, both = [evidence.n_solved(arm) for arm in arms]
    with_copy = by_seed(recurrent, both, _mean_of_both)
    without = by_seed(none, feedforward, _mean_of_both)
    return [ahead(with_copy, without, evidence.ends(*arms))]


@claim(
    "copying_feedforward_does_not_help",
    panel="6b",
    says="Copying W^FF into a new module confers little or nothing.",
    statistic="N_solved with minus without a copied W^FF in networks of the same seed, averaged over W^R "
    "copied or not, median (literal reading)",
    below=2.0,
    tables=("learning_curves",),
    arms=("copy_none_5", "copy_recurrent_5", "copy_feedforward_5", "copy_both_5"),
)
def effect_of_feedforward(evidence: Evidence, arms: Arms) -> Sample:
    """N_solved with a copied W^FF minus that without one, W^R copied or not."""
    none, recurrent, feedforward, both = [evidence.n_solved(arm) for arm in arms]
    with_copy = by_seed(feedforward, both, _mean_of_both)
    without = by_seed(none, recurrent, _mean_of_both)
    return [median(by_seed(with_copy, without, pd.Series.sub))]


def _mean_of_both(one: pd.Series, other: pd.Series) -> pd.Series:
    return (one + other) / 2


@claim(
    "copying_matters_less_when_larger",
    panel="text to 6b",
    says="What is copied into a new module matters less in larger modules.",
    statistic="probability that copying both W^R and W^FF changes N_solved more upward at 5 units than at "
    "10, and more upward than at 10 downward, lower of the two (literal reading)",
    above=0.5,
    tables=("learning_curves",),
    arms=("copy_both_5", "copy_none_5", "copy_both_10", "copy_none_10"),
)
def difference_of_effects(evidence: Evidence, arms: Arms) -> Sample:
    """What copying both or none changes in N_solved at 5 units, against the same at 10, up and down."""
    both_5, none_5, both_10, none_10 = [evidence.n_solved(arm) for arm in arms]
    at_5 = by_seed(both_5, none_5, pd.Series.sub)
    at_10 = by_seed(both_10, none_10, pd.Series.sub)
    _, most = evidence.ends(*arms)
    return [ahead(at_5, at_10, (-most, most)), ahead(at_5, -at_10, (-most, most))]


@claim(
    "recurrent_not_input_carries_copying",
    panel="own, 6b",
    says="It is W^R, not W^I, that carries the advantage of copying.",
    statistic="probability of a larger N from copying W^R alone than from copying W^I alone",
    above=0.5,
    tables=("learning_curves",),
    arms=("copy_recurrent_5", "copy_input_5"),
)
def recurrent_minus_input(evidence: Evidence, arms: Arms) -> Sample:
    """N_solved of copying W^R against that of copying W^I."""
    return [_ahead(evidence, *arms)]


def _ahead(evidence: Evidence, first: str, second: str) -> Component:
    """How often a network of the first arm ends at a larger N than one of the second."""
    return ahead(evidence.n_solved(first), evidence.n_solved(second), evidence.ends(first, second))
