"""Fig. 6a: pathways that are frozen at birth.

From 10 units on nearly every network solves a task in every epoch, so that N_solved cannot show a difference
there: what is compared is how many updates a new head takes.
"""

from modgrow.verdict.claim import claim
from modgrow.verdict.curves import log_updates_to_learn
from modgrow.verdict.evidence import Evidence
from modgrow.verdict.sample import Arms, Sample, ahead_in_n, median, paired_difference

AS_FAST = 0.1  # decades of updates
WHY_AS_FAST = "a quarter more updates, with which a head still learns within its first epoch"
NO_DIFFERENCE = "one half is no difference"
TOO_FAR = "five epochs of sixty"


@claim(
    "frozen_feedforward_fails",
    panel="6a",
    place="Results, on freezing; Fig. 6a",
    says="With W^FF frozen, networks of 5 units solve N = 4 at most.",
    statistic="N_solved, median",
    below=5.0,
    because="module 2 trains the W^FF that is then copied: N = 3 is solved, and one step more is granted",
    tables=("learning_curves",),
    arms=("frozen_feedforward_5",),
)
@claim(
    "only_recurrent_fails",
    panel="6a",
    place="Results, on freezing, taken literally",
    says="Networks of 5 units that train W^R alone fail as those with W^FF frozen do.",
    statistic="N_solved, median",
    below=5.0,
    because="the same threshold as with W^FF frozen",
    tables=("learning_curves",),
    arms=("only_recurrent_5",),
)
@claim(
    "frozen_recurrent_near_15",
    panel="6a",
    place="Results, on freezing",
    says="With W^R frozen, networks of 5 units reach an N of about 15 before they stall.",
    statistic="N_solved, median",
    between=(10.0, 20.0),
    because=f"{TOO_FAR} either way; above it the networks do better than is said",
    tables=("learning_curves",),
    arms=("frozen_recurrent_5",),
)
@claim(
    "flat_20_near_10",
    panel="6a",
    place="Results, on freezing",
    says="Flat networks of 20 units taper off at an N of about 10.",
    statistic="N_solved, median",
    between=(5.0, 15.0),
    because=f"{TOO_FAR} either way",
    tables=("learning_curves",),
    arms=("flat_20",),
)
@claim(
    "only_feedforward_near_15",
    panel="6a",
    place="Results, on freezing, taken literally",
    says="Networks of 5 units that train W^FF alone reach an N of about 15.",
    statistic="N_solved, median",
    between=(10.0, 20.0),
    because=f"{TOO_FAR} either way",
    tables=("learning_curves",),
    arms=("only_feedforward_5",),
)
def n_solved(evidence: Evidence, arms: Arms) -> Sample:
    """N_solved of each arm."""
    return [median(evidence.n_solved(arm), evidence.ends(arm)) for arm in arms]


@claim(
    "frozen_recurrent_stalls",
    panel="6a",
    place="Results, on freezing",
    says="With W^R frozen, networks of 5 units stagnate before the end of training.",
    statistic="tasks solved per epoch over the last third of the epochs, median",
    below=0.2,
    because="a fifth of the pace that growing networks keep; for all that is said to stagnate",
    tables=("learning_curves",),
    arms=("frozen_recurrent_5",),
)
def late_pace(evidence: Evidence, arms: Arms) -> Sample:
    """Tasks solved per epoch towards the end of training, of each arm."""
    return [median(evidence.late_tasks_per_epoch(arm), (0.0, 1.0)) for arm in arms]


@claim(
    "frozen_recurrent_above_flat",
    panel="6a",
    place="Results, on freezing; discussion, on reservoirs",
    says="Even with W^R frozen, 5-unit modules outdo the flat network of their size.",
    statistic="probability that a frozen network ends at a larger N than one of flat 20",
    above=0.5,
    because=NO_DIFFERENCE,
    tables=("learning_curves",),
    arms=("frozen_recurrent_5", "flat_20"),
)
@claim(
    "only_feedforward_above_flat",
    panel="6a",
    place="Results, on freezing, taken literally",
    says="Even if W^FF alone trains, 5-unit modules outdo the flat network of their size.",
    statistic="probability that such a network ends at a larger N than one of flat 20",
    above=0.5,
    because=NO_DIFFERENCE,
    tables=("learning_curves",),
    arms=("only_feedforward_5", "flat_20"),
)
@claim(
    "frozen_recurrent_above_flat_at_10",
    panel="own, 6a",
    says="With W^R frozen, 10-unit modules outdo the flat network of their size.",
    statistic="probability that a frozen network ends at a larger N than one of flat 54",
    above=0.5,
    because=NO_DIFFERENCE,
    tables=("learning_curves",),
    arms=("frozen_recurrent_10", "flat_54"),
)
@claim(
    "only_feedforward_above_only_recurrent",
    panel="6a",
    place="Results, on freezing, taken literally",
    says="Training W^FF alone is worth more than training W^R alone.",
    statistic="probability of a larger N where W^FF alone trains than where W^R alone does",
    above=0.5,
    because=NO_DIFFERENCE,
    tables=("learning_curves",),
    arms=("only_feedforward_5", "only_recurrent_5"),
)
@claim(
    "frozen_recurrent_costs_at_5",
    panel="6a",
    place="Results, on freezing",
    says="At 5 units, freezing W^R costs performance.",
    statistic="probability that a fully trained network ends at a larger N than one with W^R frozen",
    above=0.5,
    because=NO_DIFFERENCE,
    tables=("learning_curves",),
    arms=("modular_5", "frozen_recurrent_5"),
)
@claim(
    "frozen_feedforward_costs",
    panel="6a",
    place="Results, on freezing",
    says="At 5 units, freezing W^FF costs performance.",
    statistic="probability that a fully trained network ends at a larger N than one with W^FF frozen",
    above=0.5,
    because=NO_DIFFERENCE,
    tables=("learning_curves",),
    arms=("modular_5", "frozen_feedforward_5"),
)
@claim(
    "frozen_feedforward_costs_at_10",
    panel="6a",
    place="caption of Fig. 6a",
    says="At 10 units, freezing W^FF still costs performance.",
    statistic="probability that a fully trained network ends at a larger N than one with W^FF frozen",
    above=0.5,
    because=NO_DIFFERENCE,
    tables=("learning_curves",),
    arms=("modular_10", "frozen_feedforward_10"),
)
def first_against_second(evidence: Evidence, arms: Arms) -> Sample:
    """N_solved of the first arm against that of the second."""
    return [ahead_in_n(evidence, *arms)]


@claim(
    "frozen_feedforward_below_recurrent",
    panel="6a",
    place="Results, on freezing; discussion",
    says="Freezing W^FF does more harm than freezing W^R, at 5 and at 10 units.",
    statistic="probability of a larger N with W^R frozen than with W^FF frozen, lower of the two sizes",
    above=0.5,
    because=NO_DIFFERENCE,
    tables=("learning_curves",),
    arms=("frozen_recurrent_5", "frozen_recurrent_10", "frozen_feedforward_5", "frozen_feedforward_10"),
)
def differences_at_both_sizes(evidence: Evidence, arms: Arms) -> Sample:
    """N_solved with W^R frozen against that with W^FF frozen, at 5 and at 10 units."""
    recurrent_5, recurrent_10, feedforward_5, feedforward_10 = arms
    return [
        ahead_in_n(evidence, recurrent_5, feedforward_5),
        ahead_in_n(evidence, recurrent_10, feedforward_10),
    ]


@claim(
    "frozen_recurrent_as_good_at_10",
    panel="6a",
    place="Results, on freezing; caption of Fig. 6a",
    says="At 10 units, freezing W^R makes no difference.",
    statistic="log10 of the updates a new head takes, W^R frozen minus fully trained, paired by seed",
    within=AS_FAST,
    because=WHY_AS_FAST,
    tables=("learning_curves",),
    arms=("frozen_recurrent_10", "modular_10"),
)
@claim(
    "tau_minimal_importance",
    panel="discussion",
    place="discussion, on time constants",
    says="At 10 units, training tau hardly matters: with tau fixed at 1, heads learn as fast.",
    statistic="log10 of the updates a new head takes, tau fixed at 1 minus tau trained, paired by seed",
    within=AS_FAST,
    because=WHY_AS_FAST,
    tables=("learning_curves",),
    arms=("tau_one_10", "modular_10"),
)
@claim(
    "noisy_copies_as_good_at_10",
    panel="text to 6b",
    place="Results, on duplication",
    says="At 10 units, noise of 5 per cent on what is copied changes little.",
    statistic="log10 of the updates a new head takes, noisy copies minus exact ones, paired by seed",
    within=AS_FAST,
    because=WHY_AS_FAST,
    tables=("learning_curves",),
    arms=("noisy_copy_10", "modular_10"),
)
@claim(
    "noisier_copies_as_good_at_10",
    panel="text to 6b",
    place="Results, on duplication",
    says="At 10 units, noise of 30 per cent on what is copied changes little.",
    statistic="log10 of the updates a new head takes, noisy copies minus exact ones, paired by seed",
    within=AS_FAST,
    because=WHY_AS_FAST,
    tables=("learning_curves",),
    arms=("noisier_copy_10", "modular_10"),
)
def change_of_updates(evidence: Evidence, arms: Arms) -> Sample:
    """log10 updates of a new head in the first arm minus those in the second, seed by seed."""
    return [paired_difference(*log_updates_to_learn(evidence, *arms))]
