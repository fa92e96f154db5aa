"""Pages whose numbers come from tables: templates of `docs/templates`, filled.

In a template stands what is asked, and of which results, never a number:
`{{ exploratory.n_solved("modular_10") | span }}`. A table, an arm or a claim that is not there, a number that
is not finite, and a name that nothing has end the filling.
"""

from functools import cached_property
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
import pandas as pd

from modgrow.config import Settings
from modgrow.errors import ModgrowError
from modgrow.places import ROOT
from modgrow.schemas import evidence
from modgrow.verdict import judge, paper
from modgrow.verdict.all_claims import CLAIMS
from modgrow.verdict.claim import Claim
from modgrow.verdict.cloning import reaches
from modgrow.verdict.evidence import Evidence
from modgrow.verdict.promises import word
from modgrow.verdict.verdicts import NOT_JUDGED

PAGES = ("README.md", "docs/results.md", "docs/why.md")
# By the name that templates know; the first run's networks are of other settings.
RESULTS = {"first": "docs/first_run", "main": "docs/results", "exploratory": "docs/exploratory"}
ARTICLE = "article.typ"
TEMPLATES = ROOT / "docs" / "templates"
FIRST_LINE = "<!-- Filled from docs/templates/{name} by `make docs`; change that file. -->\n"
SYNTAX_OF_TYPST = {  # in which braces and # are code
    "variable_start_string": "<<",
    "variable_end_string": ">>",
    "block_start_string": "<%",
    "block_end_string": "%>",
    "comment_start_string": "<#",
    "comment_end_string": "#>",
    "trim_blocks": True,
    "lstrip_blocks": True,
}


def pages(settings: Settings) -> dict[str, str]:
    """The text of every page by its path. Raises ModgrowError, which names the template."""
    known = numbers(settings)
    return {page: fill(Path(page).name, known) for page in PAGES}


def article(settings: Settings) -> str:
    """The article for typst, which also names settings. Raises ModgrowError, which names the template."""
    return fill(ARTICLE, {**numbers(settings), "settings": settings})


def numbers(settings: Settings) -> dict[str, "Numbers"]:
    """What templates may ask, by the name they know each folder of results by."""
    return {
        name: Numbers(ROOT / folder, settings, of_these_settings=name != "first")
        for name, folder in RESULTS.items()
    }


def fill(name: str, known: dict[str, Any]) -> str:
    """A template of that name with its numbers. Raises ModgrowError."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,
        **(SYNTAX_OF_TYPST if name.endswith(".typ") else {}),
    )
    environment.filters.update(FILTERS)
    environment.globals |= {"word": word, "beside": beside, "turned": turned}
    try:
        text = environment.get_template(name).render(known)
    except (jinja2.TemplateError, ModgrowError, LookupError, TypeError, ArithmeticError) as error:
        raise ModgrowError(f"docs/templates/{name}: {error}") from None
    return text if name.endswith(".typ") else FIRST_LINE.format(name=name) + text


class Numbers:
    """What a template may ask of the tables and claims below one folder; most are one number per network."""

    def __init__(self, folder: Path, settings: Settings, of_these_settings: bool = True):
        self.folder = folder
        self.settings = settings
        self.recipes = (
            {name: arm.canonical for name, arm in settings.arms.items()} if of_these_settings else None
        )

    @cached_property
    def evidence(self) -> Evidence:
        """All tables of the folder that claims are read from."""
        found = sorted(self.folder.glob("tables/*.parquet"))
        paths = [str(path) for path in found if path.stem in (*evidence.SCHEMAS, *paper.STUDIES)]
        return Evidence(evidence.read(paths, self.recipes), dict(self.settings.arms))

    @cached_property
    def claims(self) -> pd.DataFrame:
        """Every claim by name."""
        return pd.read_csv(self.folder / "claims.csv").set_index("claim")

    @property
    def path(self) -> str:
        """The folder, relative to the project."""
        return self.folder.relative_to(ROOT).as_posix()

    @property
    def there(self) -> bool:
        """Whether any claim is judged in this run."""
        return (self.folder / "claims.csv").exists() and (self.claims["verdict"] != NOT_JUDGED).any()

    def judged(self, name: str) -> bool:
        """Whether a claim has all of its networks in this run. Raises ModgrowError where it is no claim."""
        if name not in {claim.name for claim in CLAIMS}:
            raise ModgrowError(f"{name} is no claim; see modgrow/verdict/claims")
        if not self.there or name not in self.claims.index:
            return False
        claim = self.claims.loc[name]
        return claim["verdict"] != NOT_JUDGED and claim["n_seeds"] > 0

    def answer(self, name: str, places: int = 2) -> str:
        """The verdict on a claim and its number with the interval; a dash without its networks."""
        if not self.judged(name):
            return "–"
        claim = self.claim(name)
        return f"{claim['verdict']}, {interval(claim, places)}"

    @property
    def count(self) -> str:
        """How many claims came out how, in words."""
        return judge.count(self.claims.reset_index())

    def figure(self, name: str) -> str:
        """Where a figure of this folder lies, as a path from the root of the project."""
        path = self.folder / "figures" / f"{name}.svg"
        if not path.exists():
            raise ModgrowError(f"no figure {name} in {self.folder}/figures")
        return f"/{path.relative_to(ROOT).as_posix()}"

    @property
    def tally(self) -> str:
        """How many claims came out how, as a table of Markdown."""
        return self.counted.to_markdown()

    @property
    def counted(self) -> pd.DataFrame:
        """How many claims came out how: the paper's, our own, and those without networks."""
        own = {False: "of the paper", True: "of our own"}
        judged = self.claims[self.claims["verdict"] != NOT_JUDGED]
        origin = judged["panel"].str.startswith("own").map(own)
        counted = pd.crosstab(origin.rename("claims"), judged["verdict"].rename(None))
        registered = pd.Series([own[claim.panel.startswith("own")] for claim in CLAIMS]).value_counts()
        counted = counted.reindex(list(own.values()), fill_value=0)
        counted["no networks yet"] = registered - counted.sum(axis=1)
        counted["all"] = counted.sum(axis=1)
        return counted

    def claim(self, name: str) -> pd.Series:
        """The row of one claim: estimate, low, high, verdict."""
        if name not in self.claims.index:
            raise ModgrowError(f"no claim {name} in {self.folder}/claims.csv")
        return self.claims.loc[name]

    def rows(self, table: str, arm: str, **where: Any) -> pd.DataFrame:
        """The rows of one arm, and of given values in other columns; at least one."""
        if table not in self.evidence.tables:
            raise ModgrowError(f"no table {table} in {self.folder}/tables")
        found = self.evidence.of(table, arm, **where)
        if found.empty:
            raise ModgrowError(f"{table}: no rows of {arm} with {where}")
        return found

    def networks(self, arm: str) -> int:
        """How many networks of an arm were trained."""
        return len(self.n_solved(arm))

    def n_solved(self, arm: str) -> pd.Series:
        """The largest N solved."""
        self.rows("learning_curves", arm)
        return self.evidence.n_solved(arm)

    def probe(self, arm: str, probe: str, measure: str, n_from: int = 6) -> pd.Series:
        """What a probe of the mechanism reads, mean over the modules from `n_from` on."""
        found = self.rows("mechanism", arm, probe=probe, measure=measure)
        return found[found["n"] >= n_from].groupby("seed")["value"].mean()

    def clones(self, arm: str, cloned: str) -> pd.Series:
        """The N to which clones of a module are right, or right and wrong in turn."""
        found = reaches(self.rows("cloning", arm, cloned=cloned))
        return found.set_index("seed")["reach_by_sign"]


def beside(*panels: str, **runs: Numbers) -> str:
    """A table of the claims of these panels: what is said, when it holds, and how it came out in each run."""
    rows = [
        {"statement": claim.says, "holds if": f"{claim.statistic}: {_bounds(claim)}"}
        | {run: numbers.answer(claim.name) for run, numbers in runs.items()}
        for claim in CLAIMS
        if claim.panel in panels
    ]
    if not rows:
        raise ModgrowError(f"no claims of {', '.join(panels)}; see modgrow/verdict/claims")
    return _table(rows)


def turned(before: Numbers, after: Numbers) -> str:
    """A table of the claims that came out otherwise in another run, or a sentence that none did."""
    both = [claim for claim in CLAIMS if before.judged(claim.name) and after.judged(claim.name)]
    rows = [
        {"statement": claim.says, "before": before.answer(claim.name), "after": after.answer(claim.name)}
        for claim in both
        if before.claim(claim.name)["verdict"] != after.claim(claim.name)["verdict"]
    ]
    if rows:
        return f"{len(rows)} of the {len(both)} claims that were judged in both:\n\n{_table(rows)}"
    return f"None of the {len(both)} claims that were judged in both."


def _bounds(claim: Claim) -> str:
    if claim.direction == "between":
        return "between {:g} and {:g}".format(*claim.threshold)
    return f"{claim.direction} {claim.threshold:g}"


def _table(rows: list[dict[str, str]]) -> str:
    """Markdown without the padding that makes every change of one cell a change of all lines."""
    lines = [list(rows[0]), ["---"] * len(rows[0]), *(list(row.values()) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def interval(claim: pd.Series, places: int = 2) -> str:
    """The estimate of a claim with its interval: "0.70 (0.45 to 0.90)"."""
    estimate, low, high = (
        f"{_finite(claim[part]).item():.{places}f}" for part in ("estimate", "low", "high")
    )
    return f"{estimate} ({low} to {high})"


def ratio(claim: pd.Series, places: int = 2) -> str:
    """A difference of log10 as the ratio it is, with its interval: "0.92 (0.74 to 1.14)"."""
    return interval(10 ** claim[["estimate", "low", "high"]].astype(float), places)


def digits(value: pd.Series | float, places: int = 2) -> str:
    """One number, or the mean of several, to so many places."""
    return f"{_finite(value).mean():.{places}f}"


def ranged(values: pd.Series, places: int = 2) -> str:
    """The mean with the range over networks, where it shows: "0.999 (0.998 to 1.000)"."""
    mean, whole = digits(values, places), span(values, places)
    return mean if whole == mean else f"{mean} ({whole})"


def span(values: pd.Series, places: int = 0) -> str:
    """From the least to the greatest; one number where they are the same."""
    least = f"{_finite(values).min():.{places}f}"
    greatest = f"{values.max():.{places}f}"
    return least if least == greatest else f"{least} to {greatest}"


def reaching(values: pd.Series, least: float) -> str:
    """How many come to `least`: "4 of 5"."""
    return f"{(_finite(values) >= least).sum()} of {len(values)}"


def greatest(values: pd.Series, places: int = 2) -> str:
    """The greatest of several numbers."""
    return f"{_finite(values).max():.{places}f}"


def least(values: pd.Series, places: int = 2) -> str:
    """The least of several numbers."""
    return f"{_finite(values).min():.{places}f}"


def _finite(value: pd.Series | float) -> pd.Series:
    values = pd.Series(value, dtype=float)
    if values.empty or not np.isfinite(values).all():
        raise ModgrowError("a number is missing or not finite")
    return values


FILTERS = {
    function.__name__: function
    for function in (interval, ratio, digits, ranged, span, reaching, greatest, least)
}
