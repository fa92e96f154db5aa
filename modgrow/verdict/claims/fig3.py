"""Fig. 3: robustness. Half-points are compared as log10 epsilon."""

import itertools

from modgrow.verdict.claim import FLAT, LARGE, MODULAR, claim
from modgrow.verdict.curves import shared_n
from modgrow.verdict.evidence import Evidence
from modgrow.verdict.sample import Arms, Component, Sample, ahead_in_count, difference, families, matched

BOUND = 0.2
WHY_BOUND = "a factor of 1.6 in noise, which the published grid of three strengths per decade cannot show"


@claim(
    "robust_to_weight_noise",
    panel="3a",
    place="abstract; Results, on robustness; Fig. 3a",
    says="Modular networks of more than 5 units bear larger perturbations of their weights than flat ones.",
    statistic="log10 half-point of weights, modular family minus flat family",
    above=0.0,
    negligible=BOUND,
    because=WHY_BOUND,
    headline=True,
    tables=("perturbation_summary",),
    arms=LARGE + FLAT[1:],
    needs="pairs",
)
def margin_for_weights(evidence: Evidence, arms: Arms) -> Sample:
    """Half-point of the weights, one family minus the other."""
    return [_margin_of_families(evidence, arms, "weights")]


@claim(
    "fragile_to_tau_noise",
    panel="3b",
    place="Results, on robustness; Fig. 3b",
    says="Modular networks bear smaller perturbations of tau than flat ones.",
    statistic="log10 half-point of tau, modular family minus flat family",
    below=0.0,
    negligible=BOUND,
    because=WHY_BOUND,
    headline=True,
    tables=("perturbation_summary",),
    arms=MODULAR + FLAT,
    needs="pairs",
)
def margin_for_tau(evidence: Evidence, arms: Arms) -> Sample:
    """Half-point of tau, one family minus the other."""
    return [_margin_of_families(evidence, arms, "tau")]


def _margin_of_families(evidence: Evidence, arms: Arms, pathway: str) -> Component:
    ours, theirs = [
        [evidence.log_half_points(arm, pathway) for arm in family] for family in evidence.split(arms)
    ]
    return families(ours, theirs)


@claim(
    "inflection_later",
    panel="3a",
    place="Results, on robustness: the later inflection point",
    says="The curve of modular networks of more than 5 units falls at larger perturbations of their weights.",
    statistic="log10 epsilon of the steepest fall, weights, modular family minus flat family",
    above=0.0,
    negligible=BOUND,
    because=WHY_BOUND,
    tables=("perturbation_summary",),
    arms=LARGE + FLAT[1:],
    needs="pairs",
)
def margin_of_inflection(evidence: Evidence, arms: Arms) -> Sample:
    """Where most tasks are lost, one family minus the other."""
    ours, theirs = [
        [evidence.log_steepest(arm, "weights") for arm in family] for family in evidence.split(arms)
    ]
    return [families(ours, theirs)]


@claim(
    "robust_to_weight_noise_in_every_pair",
    panel="own, 3a",
    says="Each size of more than 5 units bears larger perturbations of its weights than its flat match.",
    statistic="log10 half-point of weights, modular minus flat match, lowest of three pairs",
    above=0.0,
    negligible=BOUND,
    because=WHY_BOUND,
    tables=("perturbation_summary",),
    arms=LARGE + FLAT[1:],
    needs="pairs",
)
def margins_for_weights(evidence: Evidence, arms: Arms) -> Sample:
    """Half-point of the weights, each modular arm minus its flat match."""
    return _margins(evidence, arms, "weights")


@claim(
    "fragile_to_tau_noise_in_every_pair",
    panel="own, 3b",
    says="Each size bears smaller perturbations of tau than its flat match.",
    statistic="log10 half-point of tau, modular minus flat match, highest of four pairs",
    below=0.0,
    negligible=BOUND,
    because=WHY_BOUND,
    tables=("perturbation_summary",),
    arms=MODULAR + FLAT,
    needs="pairs",
)
def margins_for_tau(evidence: Evidence, arms: Arms) -> Sample:
    """Half-point of tau, each modular arm minus its flat match."""
    return _margins(evidence, arms, "tau")


def _margins(evidence: Evidence, arms: Arms, pathway: str) -> Sample:
    return [
        difference(evidence.log_half_points(modular, pathway), evidence.log_half_points(flat, pathway))
        for modular, flat in matched(evidence, arms)
    ]


@claim(
    "better_before_noise",
    panel="3",
    place="Results, on robustness",
    says="Undisturbed, modular networks solve more tasks than flat ones.",
    statistic="probability that a modular network has more tasks above the threshold than its flat match, "
    "lowest of the four",
    above=0.5,
    because="one half is no difference",
    tables=("perturbation_summary",),
    arms=MODULAR + FLAT,
    needs="pairs",
)
def solved_unperturbed(evidence: Evidence, arms: Arms) -> Sample:
    """Tasks solved without noise, of each modular arm against its flat match."""
    found = []
    for pair in matched(evidence, arms):
        ours, theirs = [evidence.solved_unperturbed(arm) for arm in pair]
        found.append(ahead_in_count(ours, theirs))
    return found


@claim(
    "robust_to_weight_noise_at_equal_n",
    panel="own, 3a",
    says="On tasks that both have solved, modular networks of more than 5 units bear more noise on weights.",
    statistic="log10 half-point of weights over the N that both arms solved, modular minus flat match, "
    "lowest of three",
    above=0.0,
    negligible=BOUND,
    because=WHY_BOUND,
    tables=("perturbation", "learning_curves"),
    arms=LARGE + FLAT[1:],
    needs="pairs",
)
def margin_for_weights_at_equal_n(evidence: Evidence, arms: Arms) -> Sample:
    """Half-point of the weights over tasks that both have solved, modular minus flat match."""
    return _margin_at_equal_n(evidence, arms, "weights")


@claim(
    "fragile_to_tau_noise_at_equal_n",
    panel="own, 3b",
    says="On tasks that both have solved, modular networks of more than 5 units bear less noise on tau.",
    statistic="log10 half-point of tau over the N that both arms solved, modular minus flat match, "
    "highest of 3",
    below=0.0,
    negligible=BOUND,
    because=WHY_BOUND,
    tables=("perturbation", "learning_curves"),
    arms=LARGE + FLAT[1:],
    needs="pairs",
)
def margin_for_tau_at_equal_n(evidence: Evidence, arms: Arms) -> Sample:
    """Half-point of tau over tasks that both have solved, modular minus flat match."""
    return _margin_at_equal_n(evidence, arms, "tau")


def _margin_at_equal_n(evidence: Evidence, arms: Arms, pathway: str) -> Sample:
    """Over the tasks that every network of both arms has solved: a longer chain has more of them to lose.

    A network that solved nothing takes no part, and is counted as left out.
    """
    margins = []
    for modular, flat in matched(evidence, arms):
        shared = shared_n(evidence, modular, flat)
        ours = evidence.log_half_points_up_to(shared, modular, pathway)
        theirs = evidence.log_half_points_up_to(shared, flat, pathway)
        margins.append(difference(ours, theirs))
    return margins


@claim(
    "five_units_fragile",
    panel="3a, 3b",
    says="Modules of 5 units are more sensitive to both perturbations than larger ones.",
    statistic="log10 half-point of 5 units minus the mean of the larger modules, higher of weights and tau",
    below=0.0,
    place="Results, on robustness; Fig. 3",
    negligible=BOUND,
    because=WHY_BOUND,
    tables=("perturbation_summary",),
    arms=MODULAR,
)
def five_units_minus_larger(evidence: Evidence, arms: Arms) -> Sample:
    """Half-point of the first arm minus the mean of the others, for weights and for tau."""
    margins = []
    for pathway in ("weights", "tau"):
        five, *larger = [evidence.log_half_points(arm, pathway) for arm in arms]
        margins.append(families([five], larger))
    return margins


@claim(
    "size_does_not_matter",
    panel="3",
    says="Apart from 5 units, size hardly matters for robustness within an architecture.",
    statistic="range of log10 half-points over sizes, largest of (modular > 5, flat) x (weights, tau)",
    within=BOUND,
    place="Results, on robustness",
    because=WHY_BOUND,
    tables=("perturbation_summary",),
    arms=LARGE + FLAT,
)
def differences_between_sizes(evidence: Evidence, arms: Arms) -> Sample:
    """Every pair of sizes of one architecture, for weights and for tau.

    The largest of these differences is the range over sizes.
    """
    found = []
    for family in evidence.split(arms):
        for pathway in ("weights", "tau"):
            half_points = [evidence.log_half_points(arm, pathway) for arm in family]
            found += [difference(one, other) for one, other in itertools.combinations(half_points, 2)]
    return found
