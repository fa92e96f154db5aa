"""From tables to verdicts: every claim that can be judged, in the main run or in a column (`columns.py`).

A verdict speaks of the paper. Where arms or experiments are not the paper's (`paper.py`; seeds aside), or
some of a claim's arms are lacking, the claim keeps its numbers, is `not judged`, and says why.
"""

import math

import pandas as pd
from tabulate import tabulate

from modgrow.verdict import lineup
from modgrow.verdict.all_claims import CLAIMS
from modgrow.verdict.claim import Claim
from modgrow.verdict.evidence import Evidence
from modgrow.verdict.intervals.holm import holm
from modgrow.verdict.verdicts import (
    ALPHA,
    CONTRADICTED,
    FEWEST,
    NOT_JUDGED,
    REPRODUCED,
    UNDECIDED,
    VERDICTS,
    found,
    p_value,
)

COLUMNS = (
    "claim", "panel", "place", "statement", "statistic", "arms", "estimate", "low", "high", "level",
    "difference", "medians", "shares_stuck", "n_seeds", "n_left_out", "direction", "threshold",
    "threshold_high", "because", "headline", "families", "p", "p_holm", "verdict", "reason", "seeds_needed",
)  # fmt: skip


def judge(evidence: Evidence) -> pd.DataFrame:
    """One row per claim that the evidence can judge, in the order of the paper."""
    rows = []
    for claim in CLAIMS:
        if arms := lineup.chosen(claim, evidence):
            rows.append(_row(claim, arms, evidence, _why_not_judged(claim, arms, evidence)))
    return together(pd.DataFrame(rows, columns=list(COLUMNS)))


def together(table: pd.DataFrame) -> pd.DataFrame:
    """Headline claims stand only if they do so together (Holm); the rest as they are."""
    own = table[table["headline"].astype(bool) & (table["verdict"] != NOT_JUDGED)]
    adjusted = holm(dict(zip(own["claim"], own["p"], strict=True)))
    table = table.assign(p_holm=table["claim"].map(adjusted).astype(float))
    fallen = (table["p_holm"] > ALPHA) & table["verdict"].isin([REPRODUCED, CONTRADICTED])
    table.loc[fallen, "reason"] = f"not with the other headline claims, {len(own)} in all"
    table.loc[fallen, "verdict"] = UNDECIDED
    return table


def _why_not_judged(claim: Claim, arms: list[str], evidence: Evidence) -> str:
    """In what these arms and experiments are not the paper's, and which arms are lacking; else empty.

    Of a column, arms count as what they are without its change, and may be some of the claim's.
    """
    reasons = [evidence.unlike(arms, claim.tables)]
    lacking = [arm for arm in claim.arms if arm not in arms]
    if lacking and not evidence.of_column:
        reasons.append(f"lacks {', '.join(lacking)}")
    return "; ".join(filter(None, reasons))


def problems(table: pd.DataFrame) -> list[str]:
    """What is wrong with a table of claims: a verdict missing, or a number that should be finite is not."""
    unknown = ~table["verdict"].isin([*VERDICTS, NOT_JUDGED])
    found = [f"{claim}: no verdict" for claim in table.loc[unknown, "claim"]]
    enough = table[(table["n_seeds"] >= 2) & (table["verdict"] != NOT_JUDGED)]
    for column in ("estimate", "low", "high"):
        broken = enough.loc[~enough[column].map(math.isfinite), "claim"]
        found += [f"{claim}: {column} is not finite" for claim in broken]
    return found


def count(table: pd.DataFrame) -> str:
    """One line: how many claims came out how; our own are counted apart.

    What was not judged is in none of these numbers, but said.
    """
    judged = table[table["verdict"] != NOT_JUDGED]
    parts = [_counts_by_origin(judged)]
    if judged.empty:
        parts = [f"no claim is judged, {len(table)} have numbers"]
    elif len(judged) < len(table):
        parts.append(f"{len(table) - len(judged)} not judged")
    lacking = _n_lacking(table)
    if lacking:
        parts.append(f"{lacking} of {len(CLAIMS)} claims lack their arms")
    return "; ".join(parts)


def _counts_by_origin(judged: pd.DataFrame) -> str:
    """The paper's claims and our own statements."""
    ours = judged["panel"].str.startswith("own")
    return f"{_counts(judged[~ours])} claims of the paper; {_counts(judged[ours])} statements of our own"


def _counts(table: pd.DataFrame) -> str:
    """`3 reproduced, 1 contradicted, 0 undecided, of 4`; the other verdicts only where there are some."""
    always = (REPRODUCED, CONTRADICTED, UNDECIDED)
    numbers = {name: (table["verdict"] == name).sum() for name in VERDICTS}
    counts = [f"{number} {name}" for name, number in numbers.items() if number or name in always]
    return ", ".join([*counts, f"of {len(table)}"])


def _n_lacking(table: pd.DataFrame) -> int:
    """How many claims are not in the table with all of their arms."""
    # By the statement: a table for readers may have no column of names.
    arms = dict(zip(table["statement"], table["arms"], strict=True))
    judged_on = [set(arms.get(claim.says, "").split()) for claim in CLAIMS]
    return sum(not set(claim.arms) <= there for claim, there in zip(CLAIMS, judged_on, strict=True))


def summary(table: pd.DataFrame, note: str) -> str:
    """What is said of the whole: how it is not the paper's (`paper.note`), the count, and what is open."""
    return "\n".join(filter(None, [note, count(table), _still_open(table)]))


def _still_open(table: pd.DataFrame) -> str:
    """How many claims hold against flat networks at one learning rate, and where the rest is judged."""
    n = (table["families"].astype(bool) & (table["verdict"] == REPRODUCED)).sum()
    if not n:
        return ""
    return f"{n} of the reproduced rest on flat networks of one learning rate: see `snakemake columns`"


def markdown(table: pd.DataFrame, note: str = "") -> str:
    """The table for readers under what is said of the whole."""
    said = summary(table, note).replace("\n", ".\n\n")
    return f"{said}.\n\n{tabulate(brief(table), headers='keys', tablefmt='pipe', showindex=False)}\n"


def brief(table: pd.DataFrame) -> pd.DataFrame:
    """The table for readers: statement, numbers with interval, verdict, and why it is none."""
    rows = table.assign(
        claim=table["statement"],
        asked=[_asked(row) for row in table.itertuples()],
        found=[f"{row.estimate:.3g} ({row.low:.3g} to {row.high:.3g})" for row in table.itertuples()],
        verdict=[_verdict_and_why(row) for row in table.itertuples()],
    )
    return rows[["panel", "claim", "statistic", "asked", "found", "n_seeds", "verdict"]]


def _verdict_and_why(row: tuple) -> str:
    """The verdict of a row, and why it is none."""
    words = [row.verdict]
    if row.verdict == UNDECIDED and row.n_seeds < FEWEST:
        words.append(f"(fewer than {FEWEST} networks)")
    if row.reason:
        words.append(f"({row.reason})")
    if row.headline:
        words.append("(headline)")
    return " ".join(words)


def _asked(row: tuple) -> str:
    """`above 0.95`, `10 to 20`, `within 5`."""
    if row.direction == "between":
        return f"{row.threshold:g} to {row.threshold_high:g}"
    return f"{row.direction} {row.threshold:g}"


def _row(claim: Claim, arms: list[str], evidence: Evidence, reason: str) -> dict:
    """A claim with its numbers and verdict; `reason`: why it is not judged, empty if it is."""
    sample = claim.measure(evidence, arms)
    said = found(claim, sample)
    low, high = claim.bounds
    return {
        "claim": claim.name,
        "panel": claim.panel,
        "place": claim.place,
        "statement": claim.says,
        "statistic": claim.statistic,
        "arms": " ".join(arms),
        **said.interval._asdict(),
        "level": claim.level,
        "difference": said.difference,
        **_beside(claim, arms, evidence),
        "n_seeds": said.n_seeds,
        "n_left_out": said.n_left_out,
        "direction": claim.direction,
        "threshold": low if claim.direction in ("above", "between") else high,
        "threshold_high": high if claim.direction == "between" else math.nan,
        "because": claim.because,
        "headline": claim.headline,
        "families": claim.families,
        "p": p_value(claim, sample) if claim.headline and said.n_seeds else math.nan,
        "p_holm": math.nan,
        "verdict": NOT_JUDGED if reason else said.verdict,
        "reason": reason or (claim.undecidable if said.verdict == UNDECIDED else ""),
        "seeds_needed": math.nan if reason else said.seeds_needed,
    }


def _beside(claim: Claim, arms: list[str], evidence: Evidence) -> dict[str, str]:
    """Of a claim read from learning curves: median N_solved and the share that stuck, arm by arm."""
    if "learning_curves" not in claim.tables:
        return {"medians": "", "shares_stuck": ""}
    medians = [f"{evidence.n_solved(arm).median():g}" for arm in arms]
    shares = [f"{evidence.stuck(arm).mean():.2g}" for arm in arms]
    return {"medians": " ".join(medians), "shares_stuck": " ".join(shares)}
