"""What a module of a growing chain computes, and with what (Fig. 7). Statements of our own.

Modules that answer for N = 6 and more are judged: those of 2 to 4 do something looser.
"""

import pandas as pd

from modgrow.verdict.claim import claim
from modgrow.verdict.evidence import Evidence
from modgrow.verdict.sample import Arms, Sample, by_seed, mean

FROM = 6  # the N from which modules are judged
FORGIVEN = 0.02
WHY_FORGIVEN = "0.02 is what the criterion of success forgives"


def _probe(evidence: Evidence, arm: str, probe: str, measure: str) -> pd.DataFrame:
    """What was read of the modules that are judged: seeds by n."""
    rows = evidence.of("mechanism", arm, probe=probe, measure=measure)
    return rows[rows["n"] >= FROM].pivot(index="seed", columns="n", values="value")


def _mean_probe(evidence: Evidence, arm: str, probe: str, measure: str) -> pd.Series:
    return _probe(evidence, arm, probe, measure).mean(axis=1)


def _loss(evidence: Evidence, arm: str, probe: str, measure: str) -> pd.Series:
    """By how much it falls short of the accuracy of the same modules as they are."""
    as_they_are = _probe(evidence, arm, "swap", "accuracy")
    return (as_they_are - _probe(evidence, arm, probe, measure)).mean(axis=1)


@claim(
    "module_is_exclusive_or",
    panel="own, 7",
    says="A module answers with the exclusive or of the newest bit and the answer below, one step before.",
    statistic="accuracy minus agreement with that after a swap of what is upstream, mean over N >= 6; higher "
    "of two arms",
    below=FORGIVEN,
    because=WHY_FORGIVEN,
    tables=("mechanism",),
    arms=("modular_10", "no_recurrent_10"),
)
@claim(
    "match_compares_with_the_sample",
    panel="own, 7",
    says="On match a module answers whether the newest bit equals the sample handed up, one step before.",
    statistic="accuracy minus agreement with that after a swap of what is upstream, mean over N >= 6",
    below=FORGIVEN,
    because=WHY_FORGIVEN,
    tables=("mechanism",),
    arms=("match_10",),
)
def loss_by_a_swap(evidence: Evidence, arms: Arms) -> Sample:
    """What the newest bit and the message do not explain."""
    return [mean(_loss(evidence, arm, "swap", "agreement")) for arm in arms]


@claim(
    "own_bits_do_not_do",
    panel="own, 7",
    says="After that swap a module's answer says nothing of the parity of its own bits.",
    statistic="accuracy on its own bits after a swap of what is upstream, mean over N >= 6",
    between=(0.5 - FORGIVEN, 0.5 + FORGIVEN),
    because=WHY_FORGIVEN,
    tables=("mechanism",),
    arms=("modular_10",),
)
def own_parity_after_a_swap(evidence: Evidence, arms: Arms) -> Sample:
    """Chance is one half."""
    return [mean(_mean_probe(evidence, arm, "swap", "own")) for arm in arms]


@claim(
    "answer_is_all_that_is_used",
    panel="own, 7",
    says="Of the state that a module hands up, nothing but its answer is used.",
    statistic="accuracy at the end of the chain if every module from N = 6 on hands up its mean state given "
    "its answer",
    above=1.0 - FORGIVEN,
    because=WHY_FORGIVEN,
    tables=("mechanism",),
    arms=("modular_10",),
)
def accuracy_through_the_bottleneck(evidence: Evidence, arms: Arms) -> Sample:
    """One bit per module and step."""
    return [mean(_probe(evidence, arm, "bottleneck", "from")[FROM]) for arm in arms]


@claim(
    "recurrent_idle_with_delay",
    panel="own, 7",
    says="Where W^FF reads one step late, a module does not need its W^R.",
    statistic="accuracy lost by cutting W^R of one module, its mean drive kept, mean over N >= 6; higher of "
    "two arms",
    below=FORGIVEN,
    because=WHY_FORGIVEN,
    tables=("mechanism",),
    arms=("modular_5", "modular_10"),
)
@claim(
    "recurrent_carries_without_delay",
    panel="own, 7",
    says="Where W^FF reads without delay, a module cannot do without its W^R.",
    statistic="accuracy lost by cutting W^R of one module, its mean drive kept, mean over N >= 6; lower of "
    "two arms",
    above=0.25,
    because="half of what there is to lose",
    tables=("mechanism",),
    arms=("no_delay_5", "no_delay_10"),
)
def loss_without_recurrent(evidence: Evidence, arms: Arms) -> Sample:
    """The double dissociation: read at the module that lost its W^R."""
    return [mean(_loss(evidence, arm, "lesion_recurrent", "itself")) for arm in arms]


@claim(
    "feedforward_drives",
    panel="own, 7",
    says="A module is driven by what is upstream more than by itself.",
    statistic="share of the drive's variance through W^FF minus that through W^R, mean over N >= 6; lower of "
    "two arms",
    above=0.0,
    because="no difference",
    tables=("mechanism",),
    arms=("modular_5", "modular_10"),
)
def difference_of_shares(evidence: Evidence, arms: Arms) -> Sample:
    """Shares of one drive add up to one."""
    pathways = ("feedforward", "recurrent")
    shares = [[_mean_probe(evidence, arm, "share_of_drive", part) for part in pathways] for arm in arms]
    return [mean(by_seed(*of_arm, pd.Series.sub)) for of_arm in shares]


@claim(
    "errors_travel",
    panel="own, 7",
    says="A wrong answer goes up the chain, one module a step, to its end.",
    statistic="share of planted wrong answers that turn the answer at the end of the chain, mean over N >= 6",
    above=0.9,
    because="one in ten may be mended on its way",
    tables=("mechanism",),
    arms=("modular_10",),
)
def planted_errors_at_the_end(evidence: Evidence, arms: Arms) -> Sample:
    """Module n set to its mean state with the other answer, at one step."""
    return [mean(_mean_probe(evidence, arm, "error_wave", "planted_end")) for arm in arms]


@claim(
    "small_errors_are_damped",
    panel="own, 7",
    says="A small error in what is handed up gets smaller.",
    statistic="change of the answer over that of the answer below, one step before; mean over N >= 6",
    below=1.0,
    because="one hands it on as it is, as a chain built by hand does on all pieces but one",
    tables=("mechanism",),
    arms=("modular_10",),
)
def gain(evidence: Evidence, arms: Arms) -> Sample:
    """Along the way between the mean states of either answer."""
    return [mean(_mean_probe(evidence, arm, "gain", "along_message_mean")) for arm in arms]


@claim(
    "match_hands_up_the_sample",
    panel="own, 7",
    says="On match a module hands up the sample, the bit N - 1 steps before, and not its answer.",
    statistic="accuracy above a module that hands up its mean state given the sample, minus that given its "
    "answer; mean over N >= 6, lower of two arms",
    above=0.25,
    because="half of what there is to tell apart: all right against chance",
    tables=("mechanism",),
    arms=("match_5", "match_10"),
)
def sample_against_answer(evidence: Evidence, arms: Arms) -> Sample:
    """One module at a time says one bit: which one do those above it go by?"""
    probes = ("bottleneck", "bottleneck_answer")
    kept = [[_mean_probe(evidence, arm, probe, "one") for probe in probes] for arm in arms]
    return [mean(by_seed(*of_arm, pd.Series.sub)) for of_arm in kept]
