"""Fig. 2a: learning speed, and what is solved at the end."""

from modgrow.verdict import curves
from modgrow.verdict.claim import FLAT, LARGE, MODULAR, claim
from modgrow.verdict.evidence import Evidence
from modgrow.verdict.sample import (
    Arms,
    Sample,
    ahead,
    ahead_in_count,
    ahead_in_n,
    families,
    matched,
    median,
    share,
)

PER_EPOCH = (0.0, 1.0)  # the ends of a pace: at most one task is added per epoch
STAGNATION = 0.2  # tasks per epoch


@claim(
    "one_task_per_epoch",
    panel="2a",
    place="Results, on performance; caption of Fig. 2a",
    says="Modular networks of more than 5 units solve a new task in every epoch.",
    statistic="tasks solved in the first epoch on them, as a share of all epochs, lowest of three medians",
    above=0.95,
    because="three epochs of sixty may be lost; the share of networks that stick stands beside",
    headline=True,
    tables=("learning_curves",),
    arms=LARGE,
    needs="any",
)
def tasks_at_once(evidence: Evidence, arms: Arms) -> Sample:
    """Share of epochs in which a task was solved at once, of each arm."""
    return [median(curves.share_at_once(evidence, arm), PER_EPOCH) for arm in arms]


@claim(
    "five_units_slower",
    panel="2a",
    place="Results, on performance",
    says="Modules of 5 units do not keep the pace of larger ones.",
    statistic="probability that a network of 5 units solves more tasks per epoch than one of 10",
    below=0.5,
    because="one half is no difference",
    tables=("learning_curves",),
    arms=("modular_5", "modular_10"),
)
def pace(evidence: Evidence, arms: Arms) -> Sample:
    """Tasks solved per epoch, of the first arm against the second."""
    five, ten = [evidence.tasks_per_epoch(arm) for arm in arms]
    return [ahead(five, ten, PER_EPOCH)]


@claim(
    "modular_above_flat",
    panel="2a",
    place="abstract; Results, on performance; Fig. 2a",
    says="Every modular network ends at a larger N than the flat network of its size.",
    statistic="probability that a modular network ends at a larger N than its flat match, lowest of the four",
    above=0.5,
    because="one half is no difference",
    headline=True,
    tables=("learning_curves",),
    arms=MODULAR + FLAT,
    needs="pairs",
)
def advantage(evidence: Evidence, arms: Arms) -> Sample:
    """N_solved of each modular arm against that of its flat match."""
    return [ahead_in_n(evidence, modular, flat) for modular, flat in matched(evidence, arms)]


@claim(
    "training_time",
    panel="2a",
    place="abstract; Results, on performance; discussion",
    says="Modular networks need fewer epochs than flat ones for the same task.",
    statistic="probability that a modular network needs more epochs than its flat match for the largest N "
    "that every flat network has solved which solved any, highest of the four",
    below=0.5,
    because="one half is no difference",
    headline=True,
    tables=("learning_curves",),
    arms=MODULAR + FLAT,
    needs="pairs",
)
def epochs_to_the_same_task(evidence: Evidence, arms: Arms) -> Sample:
    """Epochs to a task that all flat networks solve, of each modular arm against its flat match.

    A modular network that never solves it counts as one that would have needed an epoch more than there were.
    """
    found = []
    for modular, flat in matched(evidence, arms):
        n = curves.shared_n(evidence, flat)
        ours, theirs = [curves.epochs_to(evidence, arm, n) for arm in (modular, flat)]
        found.append(ahead_in_count(ours, theirs))
    return found


@claim(
    "flat_plateaus",
    panel="2a",
    place="Results, on performance; caption of Fig. 2a",
    says="Flat networks stop making progress before the end of training.",
    statistic="tasks solved per epoch over the last third of the epochs, highest of the four medians",
    below=STAGNATION,
    because="a fifth of the pace that growing networks keep; for all that is said to stagnate",
    tables=("learning_curves",),
    arms=FLAT,
    needs="any",
)
def late_pace(evidence: Evidence, arms: Arms) -> Sample:
    """Tasks solved per epoch towards the end of training, of each arm."""
    return [median(evidence.late_tasks_per_epoch(arm), PER_EPOCH) for arm in arms]


@claim(
    "flat_plateaus_earlier",
    panel="2a",
    place="Results, on performance",
    says="Flat networks stop making progress earlier than modular ones.",
    statistic="probability that a modular network solves more tasks per epoch than its flat match over the "
    "last third of the epochs, lowest of the four",
    above=0.5,
    because="one half is no difference",
    tables=("learning_curves",),
    arms=MODULAR + FLAT,
    needs="pairs",
)
def late_pace_of_pairs(evidence: Evidence, arms: Arms) -> Sample:
    """Tasks solved per epoch towards the end, of each modular arm against its flat match."""
    found = []
    for pair in matched(evidence, arms):
        ours, theirs = [evidence.late_tasks_per_epoch(arm) for arm in pair]
        found.append(ahead(ours, theirs, PER_EPOCH))
    return found


@claim(
    "accuracy_at_equal_n",
    panel="3, discussion",
    place="discussion, on accuracy",
    says="On tasks that both have solved, modules of more than 5 units are more accurate than flat networks.",
    statistic="error at P(1) = 0.5 of the heads that both have solved, modular family minus flat family",
    below=0.0,
    negligible=0.005,
    because="success itself forgives an error of 0.02: a quarter of that is as good as none",
    tables=("learning_curves", "perturbation"),
    arms=LARGE + FLAT[1:],
    needs="pairs",
)
def error_at_equal_n(evidence: Evidence, arms: Arms) -> Sample:
    """Mean error of the modular family minus that of the flat one, over the N that each pair has solved."""
    pairs = matched(evidence, arms)
    shared = [curves.shared_n(evidence, *pair) for pair in pairs]
    ours = [curves.error_up_to(evidence, pair[0], n) for pair, n in zip(pairs, shared, strict=True)]
    theirs = [curves.error_up_to(evidence, pair[1], n) for pair, n in zip(pairs, shared, strict=True)]
    return [families(ours, theirs)]


@claim(
    "n_200",
    panel="2a, text",
    says="A modular network can be driven to N = 200.",
    statistic="share of the networks driven to N = 200 that got there (binomial interval)",
    above=0.0,
    place="Results, on performance",
    because="that it can be done is said: one network shows it",
    tables=("learning_curves",),
    arms=("n200",),
)
def share_at_200(evidence: Evidence, arms: Arms) -> Sample:
    """Share of the networks that solved N = 200: an existence claim, so no network is left out."""
    return [share(evidence.n_solved(arms[0]) >= 200)]
