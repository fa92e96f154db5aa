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
    """A line for each claim behind a word: `Efficient: yes. What was said. Found: 0.9 (0.8 to 1), of what.`

    Of a word whose claims all lack their networks the line says so.
    """
    lines = []
    for promise, names in PROMISES.items():
        found = claims[claims["claim"].isin(names)]
        lines += [f"{promise}: {_answer(claim)}" for _, claim in found.iterrows()]
        if found.empty:
            lines.append(f"{promise}: not asked here, this run lacks the networks.")
    return "\n".join(lines)


def _answer(claim: pd.Series) -> str:
    said = claim["statement"].rstrip(".")
    found = f"{claim['estimate']:.3g} ({claim['low']:.3g} to {claim['high']:.3g})"
    return f"{word(claim)}. {said}. Found: {found}, {claim['statistic']}."
