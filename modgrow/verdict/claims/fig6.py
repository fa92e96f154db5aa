"""Fig. 6: freezing and duplication. Arms of one size start from the same first module: paired by seed."""

import numpy as np

from modgrow.verdict.claim import claim
from modgrow.verdict.evidence import Evidence
from modgrow.verdict.sample import Arms, Measured, Sample, differences, paired, within
from modgrow.verdict.statistics import Interval


@claim(
    "frozen_feedforward_fails",
    panel="6a",
    says="With W^FF frozen, networks fail within a step or two of the first task its fixed copy serves.",
    statistic="N_solved, higher of the two arm means",
    below=5.0,
    tables=("learning_curves",),
    arms=("frozen_feedforward_5", "frozen_feedforward_10"),
    needs="any",
    calibrated=True,
)
@claim(
    "frozen_recurrent_near_15",
    panel="6a",
    says="With W^R frozen, networks of 5 units reach an N of about 15 before they stall.",
    statistic="N_solved, arm mean",
    between=(10.0, 20.0),
    tables=("learning_curves",),
    arms=("frozen_recurrent_5",),
    calibrated=True,
)
def n_solved(evidence: Evidence, arms: Arms) -> Sample:
    """N_solved of each arm."""
    return Sample([evidence.n_solved(arm) for arm in arms])


@claim(
    "frozen_recurrent_stalls",
    panel="6a",
    says="With W^R frozen, networks of 5 units stagnate before the end of training.",
    statistic="tasks solved per epoch over the last third of the epochs, arm mean",
    below=0.2,
    tables=("learning_curves",),
    arms=("frozen_recurrent_5",),
)
def late_pace(evidence: Evidence, arms: Arms) -> Sample:
    """Tasks solved per epoch towards the end of training, of each arm."""
    return Sample([evidence.late_tasks_per_epoch(arm) for arm in arms])


@claim(
    "frozen_recurrent_as_good_at_10",
    panel="6a",
    says="At 10 units, freezing W^R makes no difference.",
    statistic="N_solved of the fully trained minus that of the frozen arm, paired by seed",
    between=(-5.0, 5.0),
    tables=("learning_curves",),
    arms=("modular_10", "frozen_recurrent_10"),
)
def gain_of_training_at_10(evidence: Evidence, arms: Arms) -> Sample:
    """N_solved of the fully trained arm minus that of the frozen one, seed by seed."""
    return _paired_difference(evidence, arms)


@claim(
    "frozen_recurrent_above_flat",
    panel="6a",
    says="Even with W^R frozen, 5-unit modules outdo the flat network of their size.",
    statistic="N_solved of the frozen arm minus that of flat 20, difference of means",
    above=0.0,
    tables=("learning_curves",),
    arms=("frozen_recurrent_5", "flat_20"),
    calibrated=True,
)
def difference(evidence: Evidence, arms: Arms) -> Sample:
    """N_solved of the first arm minus that of the second, which share no first module: not paired."""
    return Sample([evidence.n_solved(arm) for arm in arms], differences)


@claim(
    "frozen_recurrent_costs_at_5",
    panel="6a",
    says="At 5 units, freezing W^R costs performance.",
    statistic="N_solved of the fully trained minus that of the frozen arm, paired by seed",
    above=0.0,
    tables=("learning_curves",),
    arms=("modular_5", "frozen_recurrent_5"),
)
def gain_of_training_at_5(evidence: Evidence, arms: Arms) -> Sample:
    """N_solved of the fully trained arm minus that of the frozen one, seed by seed."""
    return _paired_difference(evidence, arms)


@claim(
    "frozen_feedforward_below_recurrent",
    panel="6a",
    says="Freezing W^FF does more harm than freezing W^R, at 5 and at 10 units.",
    statistic="N_solved with W^R frozen minus that with W^FF frozen, lower of the two sizes",
    above=0.0,
    tables=("learning_curves",),
    arms=("frozen_recurrent_5", "frozen_recurrent_10", "frozen_feedforward_5", "frozen_feedforward_10"),
    calibrated=True,
)
def differences_at_both_sizes(evidence: Evidence, arms: Arms) -> Sample:
    """N_solved with W^R frozen minus that with W^FF frozen, seed by seed, at 5 and at 10 units."""
    recurrent_5, recurrent_10, feedforward_5, feedforward_10 = [evidence.n_solved(arm) for arm in arms]
    at_both_sizes = [paired(recurrent_5, feedforward_5), paired(recurrent_10, feedforward_10)]
    return Sample(at_both_sizes, within)


@claim(
    "half_the_parameters",
    panel="6a, discussion",
    says="Freezing W^R about halves the parameters that a new module trains.",
    statistic="what a new module trains with W^R frozen, as a share of fully trained; higher of two "
    "counts: weights, and every parameter",
    between=(0.4, 0.65),
    tables=("pathways",),
    arms=("modular_5", "frozen_recurrent_5"),
    resampled=False,
)
def share_of_parameters(evidence: Evidence, arms: Arms) -> Measured:
    """Counted, not measured: it does not vary over seeds, and has an interval of no width."""
    full, frozen = (evidence.of("pathways", arm) for arm in arms)
    shares = [frozen[count].iloc[0] / full[count].iloc[0] for count in ("n_trained_weights", "n_trained")]
    larger = max(shares)
    n_seeds = min(len(full), len(frozen))
    return Measured(Interval(larger, larger, larger), n_seeds, n_left_out=0)


@claim(
    "copying_recurrent_helps",
    panel="6b",
    says="Copying W^R into a new module helps.",
    statistic="N_solved with minus without a copied W^R, averaged over W^FF copied or not (literal reading)",
    above=0.0,
    tables=("learning_curves",),
    arms=("copy_none_5", "copy_recurrent_5", "copy_feedforward_5", "copy_both_5"),
)
def effect_of_recurrent(evidence: Evidence, arms: Arms) -> Sample:
    """N_solved with a copied W^R minus that without one, W^FF copied or not."""
    none, recurrent, feedforward, both = range(4)
    return _effect(evidence, arms, plus=(recurrent, both), minus=(none, feedforward))


@claim(
    "copying_feedforward_does_not_help",
    panel="6b",
    says="Copying W^FF into a new module confers little or nothing.",
    statistic="N_solved with minus without a copied W^FF, averaged over W^R copied or not (literal reading)",
    below=2.0,
    tables=("learning_curves",),
    arms=("copy_none_5", "copy_recurrent_5", "copy_feedforward_5", "copy_both_5"),
)
def effect_of_feedforward(evidence: Evidence, arms: Arms) -> Sample:
    """N_solved with a copied W^FF minus that without one, W^R copied or not."""
    none, recurrent, feedforward, both = range(4)
    return _effect(evidence, arms, plus=(feedforward, both), minus=(none, recurrent))


def _effect(evidence: Evidence, arms: Arms, plus: tuple[int, int], minus: tuple[int, int]) -> Sample:
    """Mean N_solved of two of the arms minus that of two others, given by their places; seed by seed."""
    n_solved_by_arm = paired(*(evidence.n_solved(arm) for arm in arms))

    def components(mean: np.ndarray) -> list[np.ndarray]:
        return [mean[..., plus].mean(-1) - mean[..., minus].mean(-1)]

    return Sample([n_solved_by_arm], components)


@claim(
    "copying_matters_less_when_larger",
    panel="text to 6b",
    says="What is copied into a new module matters less in larger modules.",
    statistic="size of the difference between N_solved with both W^R and W^FF copied and with neither "
    "(literal reading), 5 units minus 10",
    above=0.0,
    tables=("learning_curves",),
    arms=("copy_both_5", "copy_none_5", "copy_both_10", "copy_none_10"),
)
def difference_of_effects(evidence: Evidence, arms: Arms) -> Sample:
    """How much copying both or none changes N_solved, up or down: at 5 units minus at 10."""
    both_5, none_5, both_10, none_10 = [evidence.n_solved(arm) for arm in arms]

    def components(*means: np.ndarray) -> list[np.ndarray]:
        effect_at_5, effect_at_10 = within(*means)
        return [np.abs(effect_at_5) - np.abs(effect_at_10)]

    return Sample([paired(both_5, none_5), paired(both_10, none_10)], components)


@claim(
    "recurrent_not_input_carries_copying",
    panel="own, 6b",
    says="It is W^R, not W^I, that carries the advantage of copying.",
    statistic="N_solved of copying W^R alone minus that of copying W^I alone",
    above=0.0,
    tables=("learning_curves",),
    arms=("copy_recurrent_5", "copy_input_5"),
)
def recurrent_minus_input(evidence: Evidence, arms: Arms) -> Sample:
    """N_solved of copying W^R minus that of copying W^I, seed by seed."""
    return _paired_difference(evidence, arms)


def _paired_difference(evidence: Evidence, arms: Arms) -> Sample:
    return Sample([paired(*(evidence.n_solved(arm) for arm in arms))], within)
