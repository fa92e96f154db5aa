"""What a growing chain cannot do without, and what it need not learn (Fig. 8). Statements of our own."""

import numpy as np
import pandas as pd

from modgrow.verdict.claim import claim
from modgrow.verdict.evidence import Evidence
from modgrow.verdict.sample import Arms, Sample, ahead_in_n, mean, median

FAR = 200  # an N that no chain of the comparison was trained for
FEW = 8.0
WHY_FEW = "the few bits that module 1 itself remembers: twice what exploratory chains came to"
MANY = 40.0
WHY_MANY = "two tasks of three, and about twice what the flat network of that size comes to"
NO_DIFFERENCE = "one half is no difference"
MORE = 0.05
WHY_MORE = "0.05 decades is what the half-point by hand, one network and ten draws of noise, may be off by"


@claim(
    "delay_suffices",
    panel="own, 8",
    says="The delay of W^FF is enough: without W^R and leak from module 2 on, chains of 10 units grow on.",
    statistic="N_solved, median",
    above=MANY,
    because=WHY_MANY,
    tables=("learning_curves",),
    arms=("no_recurrent_no_leak_10",),
)
@claim(
    "recurrence_suffices",
    panel="own, 8",
    says="W^R is enough too: without the delay of W^FF and without leak, chains of 10 units grow on.",
    statistic="N_solved, median",
    above=MANY,
    because=WHY_MANY,
    tables=("learning_curves",),
    arms=("no_delay_no_leak_10",),
)
@claim(
    "leak_does_not_suffice",
    panel="own, 8",
    says="A leak alone is not enough: without delay and W^R, chains stop after a few N.",
    statistic="N_solved, higher of the two medians",
    below=FEW,
    because=WHY_FEW,
    tables=("learning_curves",),
    arms=("no_delay_no_recurrent_5", "no_delay_no_recurrent_10"),
)
@claim(
    "something_must_hold_the_bit",
    panel="own, 8",
    says="Without delay, W^R and leak, nothing holds the bit before, and chains stop after a few N.",
    statistic="N_solved, median",
    below=FEW,
    because=WHY_FEW,
    tables=("learning_curves",),
    arms=("no_delay_no_recurrent_no_leak_10",),
)
@claim(
    "newest_bit_is_needed",
    panel="own, 8",
    says="If module 1 alone receives the newest bit, chains of 10 units stop after a few N.",
    statistic="N_solved, median",
    below=FEW,
    because=WHY_FEW,
    tables=("learning_curves",),
    arms=("input_once_10",),
)
def n_solved(evidence: Evidence, arms: Arms) -> Sample:
    """N_solved of each arm."""
    return [median(evidence.n_solved(arm), evidence.ends(arm)) for arm in arms]


@claim(
    "frozen_recurrent_is_a_handicap",
    panel="own, 8",
    says="No W^R is better than one that is copied and never trained: at 5 units it is no reservoir.",
    statistic="probability of a larger N without W^R from module 2 on than with a frozen one",
    above=0.5,
    because=NO_DIFFERENCE,
    tables=("learning_curves",),
    arms=("no_recurrent_5", "frozen_recurrent_5"),
)
@claim(
    "recurrence_needed_without_delay",
    panel="own, 8",
    says="Without the delay of W^FF, chains of 5 units need W^R.",
    statistic="probability of a larger N with W^R than without, both without delay",
    above=0.5,
    because=NO_DIFFERENCE,
    tables=("learning_curves",),
    arms=("no_delay_5", "no_delay_no_recurrent_5"),
)
def first_against_second(evidence: Evidence, arms: Arms) -> Sample:
    """N_solved of the first arm against that of the second."""
    return [ahead_in_n(evidence, *arms)]


def _cloned(evidence: Evidence, arm: str, cloned: str) -> pd.Series:
    """Accuracy at N = 200 of chains of clones of one module, whatever the sign of their answers."""
    rows = evidence.of("cloning", arm, cloned=cloned)
    own = rows[rows["n"] == FAR].set_index("seed")
    return np.maximum(own["accuracy"], own["complement"])


@claim(
    "late_modules_are_clones",
    panel="own, 8",
    says="N = 200 needs no learning after N = 31: copies of module 30 and its head, untrained, go on.",
    statistic="accuracy at N = 200 of clones of module 30, or of the opposite answer; median",
    above=0.95,
    because="the sign may alternate; what is left is as good as what is learnt",
    tables=("cloning",),
    arms=("modular_10",),
)
def accuracy_of_late_clones(evidence: Evidence, arms: Arms) -> Sample:
    """Module 30 answers for N = 31."""
    return [median(_cloned(evidence, arm, "30"), (0.0, 1.0)) for arm in arms]


@claim(
    "early_modules_are_not",
    panel="own, 8",
    says="Copies of module 3, untrained, do not come to N = 200.",
    statistic="accuracy at N = 200 of clones of module 3, or of the opposite answer; median",
    below=0.6,
    because="chance, and room for a chain that does a little better",
    tables=("cloning",),
    arms=("modular_10",),
)
def accuracy_of_early_clones(evidence: Evidence, arms: Arms) -> Sample:
    """Module 3 answers for N = 4."""
    return [median(_cloned(evidence, arm, "3"), (0.0, 1.0)) for arm in arms]


@claim(
    "five_units_bear_more_than_copies",
    panel="own, 3a",
    says="At 5 units a trained chain bears more noise on its weights than copies of two units that suffice.",
    statistic="log10 half-point of weights minus that of a chain built by hand, equally wide and long",
    above=MORE,
    because=WHY_MORE,
    tables=("perturbation_summary", "exact"),
    arms=("modular_5",),
)
@claim(
    "ten_units_bear_more_than_copies",
    panel="own, 3a",
    says="At 10 units a trained chain bears more noise on its weights than copies of two units that suffice.",
    statistic="log10 half-point of weights minus that of a chain built by hand, equally wide and long",
    above=MORE,
    because=WHY_MORE,
    tables=("perturbation_summary", "exact"),
    arms=("modular_10",),
)
def beyond_copies(evidence: Evidence, arms: Arms) -> Sample:
    """Equally long, since errors add up: a chain that stuck early would bear more for that alone.

    Networks that solve nothing undisturbed have no half-point, and are left out.
    """
    return [mean(_beyond_copies(evidence, arm)) for arm in arms]


def _beyond_copies(evidence: Evidence, arm: str) -> pd.Series:
    """Of each network, the distance to the chain by hand that is as long as what it solves undisturbed."""
    before = evidence.arms[arm].n_first - 1
    solved = evidence.solved_unperturbed(arm)
    copies = {
        seed: evidence.log_half_point_by_hand(arm, before + max(round(n), 1)) for seed, n in solved.items()
    }
    return evidence.log_half_points(arm, "weights") - pd.Series(copies)
