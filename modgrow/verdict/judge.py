"""From tables to verdicts: every claim that can be judged, under the paper's settings or changed ones.

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
from modgrow.verdict.lineup import Change, Part
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
    return _judge(evidence, Change())


def judge_variant(
    evidence: Evidence, changed: dict[str, str], stand_ins: dict[str, str], seeds: int
) -> pd.DataFrame:
    """The claims that a variant touches, judged on its networks; `baseline` is the verdict without it.

    `changed` maps arms to the names they were trained under with the variant's change. An arm that was
    not changed takes part only beside changed ones of the other kind, growing or flat. The baseline is read
    from the same arms under the paper's settings, as many seeds of each: only the change differs. So what
    these arms are without it must be the paper's, and a claim may be judged on some of its arms.
    """
    variant = Change(changed, stand_ins)
    same_seeds = evidence.first(seeds)
    judged = _judge(same_seeds, variant)
    changed_names = set(changed.values())
    touched = judged["arms"].map(lambda arms: bool(changed_names & set(arms.split()))).astype(bool)
    judged = judged[touched].reset_index(drop=True)
    baseline = _judge(same_seeds, variant.unchanged).set_index("claim")["verdict"]
    return judged.assign(baseline=judged["claim"].map(baseline))


def _judge(evidence: Evidence, variant: Change) -> pd.DataFrame:
    rows = []
    for claim in CLAIMS:
        parts = lineup.chosen(claim, evidence, variant)
        if parts:
            reason = _why_not_judged(claim, parts, evidence, variant)
            rows.append(_row(claim, [part.trained_as for part in parts], evidence, reason))
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


def _why_not_judged(claim: Claim, parts: list[Part], evidence: Evidence, variant: Change) -> str:
    """In what these arms and experiments are not the paper's, and which arms are lacking; else empty.

    Of a variant, arms count as what they are without its change, and may be some of the claim's.
    """
    reasons = [evidence.unlike([part.arm for part in parts], claim.tables)]
    names = [part.trained_as for part in parts]
    lacking = [arm for arm in claim.arms if arm not in names]
    if lacking and not variant.changed:
        reasons.append(f"lacks {', '.join(lacking)}")
    return "; ".join(filter(None, reasons))


def judge_variants(
    evidence: Evidence, variants: dict[str, dict[str, str]], stand_ins: dict[str, str], seeds: int
) -> pd.DataFrame:
    """All variants in one table, `seeds` networks of each arm, after the paper's settings with all."""
    judged = judge(evidence)
    tables = [judged.assign(baseline=judged["verdict"], variant="paper")]
    for name, changed in variants.items():
        tables.append(judge_variant(evidence, changed, stand_ins, seeds).assign(variant=name))
    return pd.concat(tables, ignore_index=True)


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
    """What is said of the whole table: in what the run is not the paper's (`paper.note`), then the count."""
    return "\n".join(filter(None, [note, count(table)]))


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
        "reason": reason or claim.undecidable,
        "seeds_needed": math.nan if reason else said.seeds_needed,
    }


def _beside(claim: Claim, arms: list[str], evidence: Evidence) -> dict[str, str]:
    """Of a claim read from learning curves: median N_solved and the share that stuck, arm by arm."""
    if "learning_curves" not in claim.tables:
        return {"medians": "", "shares_stuck": ""}
    medians = [f"{evidence.n_solved(arm).median():g}" for arm in arms]
    shares = [f"{evidence.stuck(arm).mean():.2g}" for arm in arms]
    return {"medians": " ".join(medians), "shares_stuck": " ".join(shares)}
