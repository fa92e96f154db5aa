"""What claims are measured in: those of one kind stand on one scale."""

import re
from typing import NamedTuple


class Kind(NamedTuple):
    """Statistics that begin with one of some words, or match a pattern, and what they are in."""

    pattern: str  # of the statistic in words
    title: str
    axis: str


OTHER = Kind("", "Others, each on a scale of its own", "own scale; line: threshold")
KINDS = (  # the first that matches
    Kind("^probability", "Probabilities", "probability that one is larger"),
    Kind("^rank correlation", "Trends", "rank correlation"),
    Kind("^(log10|range of log10)", "Factors: noise borne, updates taken", "log10 of the ratio"),
    Kind("^N_solved .*minus", "Differences of N", "tasks"),
    Kind("^N_solved", "N reached", "$N_{solved}$"),
    Kind("^tasks solved", "Pace", "tasks per epoch"),
    Kind("^epochs to", "Differences of time", "epochs"),
    Kind(
        "^(accuracy|error|loss|largest change).*(minus|lost|loses|change)",
        "Differences of accuracy",
        "accuracy",
    ),
    Kind("^accuracy", "Accuracies", "accuracy"),
    Kind("^(mean|effective|median|weighted|Wasserstein).*tau", "Time constants", r"$\tau$ (steps)"),
    Kind("^variance", "Change of weights", "variance of the normalised change, $W^{FF}$ minus $W^R$"),
    Kind("^(share|autocorrelation time)", "Shares", "share"),
    OTHER,
)


def kind_of(statistic: str) -> Kind:
    """The kind of a statistic, as a claim says it in words."""
    return next(kind for kind in KINDS if re.search(kind.pattern, statistic))
