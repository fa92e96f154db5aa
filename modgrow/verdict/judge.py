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
from modgrow.verdict.sample import Sample
from modgrow.verdict.statistics import Interval, seeds_needed

FEWEST = 3  # networks per arm
VERDICTS = ("reproduced", "not reproduced", "inconclusive")
NOT_JUDGED = "not judged"
COLUMNS = (
    "claim", "panel", "statement", "statistic", "arms", "estimate", "low", "high", "n_seeds", "n_left_out",
    "direction", "threshold", "threshold_high", "calibrated", "verdict", "reason", "seeds_needed",
)  # fmt: skip


def judge(evidence: Evidence) -> pd.DataFrame:
    """One row per claim that the evidence can judge, in the order of the paper."""
    rows = []
    for claim in CLAIMS:
        if arms := lineup.chosen(claim, evidence):
            rows.append(_row(claim, arms, evidence, _why_not_judged(claim, arms, evidence)))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _why_not_judged(claim: Claim, arms: list[str], evidence: Evidence) -> str:
    """In what these arms and experiments are not the paper's, and which arms are lacking; else empty.

    Of a column, arms count as what they are without its change, and may be some of the claim's.
    """
    reasons = [evidence.unlike(arms, claim.tables)]
    lacking = [arm for arm in claim.arms if arm not in arms]
    if lacking and not evidence.of_column:
        reasons.append(f"lacks {', '.join(lacking)}")
    return "; ".join(filter(None, reasons))


def verdict_of(claim: Claim, found: Interval, n_seeds: int) -> str:
    """Reproduced if the whole interval lies on the claim's side, not if all of it lies on the other.

    Two networks can agree by chance: with fewer than `FEWEST` a bootstrap has no say.
    """
    if not all(map(math.isfinite, found)) or (n_seeds < FEWEST and claim.resampled):
        return "inconclusive"
    low, high = claim.bounds
    if low < found.low and found.high < high:
        return "reproduced"
    if found.high <= low or found.low >= high:
        return "not reproduced"
    return "inconclusive"


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
    """One line: how many claims came out how; our own and the calibrated ones are counted apart.

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
    """The paper's claims, our own statements, and those on which a setting was chosen."""
    ours = judged["panel"].str.startswith("own")
    calibrated = judged["calibrated"].astype(bool)
    return (
        f"{_counts(judged[~ours & ~calibrated])} claims of the paper; "
        f"{_counts(judged[ours])} statements of our own; "
        f"{calibrated.sum()} more had a part in choosing a setting"
    )


def _counts(table: pd.DataFrame) -> str:
    """`3 reproduced, 1 not reproduced, 0 inconclusive, of 4`."""
    counts = [f"{(table['verdict'] == name).sum()} {name}" for name in VERDICTS]
    return ", ".join([*counts, f"of {len(table)}"])


def _n_lacking(table: pd.DataFrame) -> int:
    """How many claims are not in the table with all of their arms."""
    # By the statement: a table for readers may have no column of names.
    arms = dict(zip(table["statement"], table["arms"], strict=True))
    judged_on = [set(arms.get(claim.says, "").split()) for claim in CLAIMS]
    return sum(not set(claim.arms) <= there for claim, there in zip(CLAIMS, judged_on, strict=True))


def summary(table: pd.DataFrame, note: str) -> str:
    """What is said of the whole table: in what the run is not the paper's (`paper.note`), then the count."""
    return "\n".join(filter(None, [note, count(table)]))


def markdown(table: pd.DataFrame, note: str = "") -> str:
    """The table for readers under what is said of the whole."""
    said = summary(table, note).replace("\n", ".\n\n")
    return f"{said}.\n\n{tabulate(brief(table), headers='keys', tablefmt='pipe', showindex=False)}\n"


def brief(table: pd.DataFrame) -> pd.DataFrame:
    """The table for readers: statement, numbers with interval, verdict, and why it is none or not counted."""
    rows = table.assign(
        claim=table["statement"],
        asked=[_asked(row) for row in table.itertuples()],
        found=[f"{row.estimate:.3g} ({row.low:.3g} to {row.high:.3g})" for row in table.itertuples()],
        verdict=[_verdict_and_why(row) for row in table.itertuples()],
    )
    return rows[["panel", "claim", "statistic", "asked", "found", "n_seeds", "verdict"]]


def _verdict_and_why(row: tuple) -> str:
    """The verdict of a row, why it is none, and whether it is counted."""
    words = [row.verdict]
    if row.verdict == "inconclusive" and row.n_seeds < FEWEST:
        words.append(f"(fewer than {FEWEST} networks)")
    if row.reason:
        words.append(f"({row.reason})")
    if row.calibrated:
        words.append("(calibrated)")
    return " ".join(words)


def _asked(row: tuple) -> str:
    """`above 0.95`, `10 to 20`."""
    if row.direction == "between":
        return f"{row.threshold:g} to {row.threshold_high:g}"
    return f"{row.direction} {row.threshold:g}"


def _row(claim: Claim, arms: list[str], evidence: Evidence, reason: str) -> dict:
    """A claim with its numbers and verdict; `reason`: why it is not judged, empty if it is."""
    measured = claim.measure(evidence, arms)
    found = measured.interval(claim.direction) if isinstance(measured, Sample) else measured
    verdict = NOT_JUDGED if reason else verdict_of(claim, found.interval, found.n_seeds)
    low, high = claim.bounds
    needed = seeds_needed(found.interval, found.n_seeds, claim.bounds)
    return {
        "claim": claim.name,
        "panel": claim.panel,
        "statement": claim.says,
        "statistic": claim.statistic,
        "arms": " ".join(arms),
        **found.interval._asdict(),
        "n_seeds": found.n_seeds,
        "n_left_out": found.n_left_out,
        "direction": claim.direction,
        "threshold": low if claim.direction != "below" else high,
        "threshold_high": high if claim.direction == "between" else math.nan,
        "calibrated": claim.calibrated,
        "verdict": verdict,
        "reason": reason,
        "seeds_needed": max(needed, FEWEST) if verdict == "inconclusive" else math.nan,
    }
