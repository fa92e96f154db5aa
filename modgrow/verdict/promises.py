"""The three words of the paper's title, and what the claims say of each."""

import pandas as pd

from modgrow.verdict.verdicts import (
    CONTRADICTED,
    DEPENDS,
    EQUIVALENT,
    NOT_JUDGED,
    REPRODUCED,
    UNDECIDED,
)

WORDS = {
    REPRODUCED: "yes",
    CONTRADICTED: "no",
    EQUIVALENT: "no difference",
    UNDECIDED: "not settled",
    DEPENDS: "it depends on the learning rate",
    NOT_JUDGED: "not judged",
}
PROMISES = {  # word -> the claims that stand for it
    "Efficient": ("modular_above_flat",),
    "General": ("generalisation_above_flat",),
    "Robust": ("robust_to_weight_noise", "fragile_to_tau_noise"),
}


def word(claim: pd.Series) -> str:
    """A verdict as the answer to whether it is so."""
    return WORDS[claim["verdict"]]


def answers(claims: pd.DataFrame) -> str:
    """A line for each claim behind a word: `Efficient: yes. What was said: 0.9 (0.8 to 1).`"""
    by_name = claims.set_index("claim")
    return "\n".join(_answer(by_name, promise, name) for promise, names in PROMISES.items() for name in names)


def _answer(claims: pd.DataFrame, promise: str, name: str) -> str:
    """One such line; a claim that lacks its arms has no number."""
    if name not in claims.index:
        return f"{promise}: not asked here, its networks are not in this run."
    claim = claims.loc[name]
    said = claim["statement"].rstrip(".")
    found = f"{claim['estimate']:.3g} ({claim['low']:.3g} to {claim['high']:.3g})"
    return f"{promise}: {word(claim)}. {said}. Found: {found}, {claim['statistic']}."
