"""Tables as pages of HTML: sorted, searched and explained in any browser, with no request to anywhere."""

import re
from collections.abc import Callable
from html import escape
from typing import NamedTuple

import pandas as pd

from modgrow.figures.glossary import NOTHING, STATIC, Entry
from modgrow.verdict.judge import brief

FIRST = ("arm", "seed")  # columns that stand before all others
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
SEARCH = (
    "<search hidden><label>Search <input type='search' autocomplete='off'></label><output></output></search>"
)


class Brief(NamedTuple):
    """A table cut to what a reader wants of it, and what its own columns mean."""

    cut: Callable[[pd.DataFrame], pd.DataFrame]
    columns: dict[str, str]


def draw(name: str, table: pd.DataFrame, longest: int, note: str = "", entry: Entry = NOTHING) -> str:
    """The table called `name` as a page of HTML, those in `BRIEF` in brief, others as they are.

    Of more than `longest` rows the first are shown, and the page says so. A `note` stands below the name, and
    from `entry` what the table and its columns are.
    """
    meanings = entry.columns
    if name in BRIEF:
        table = BRIEF[name].cut(table)
        meanings = meanings | BRIEF[name].columns
    table = table[sorted(table, key=lambda column: FIRST.index(column) if column in FIRST else len(FIRST))]
    parts = [
        "<nav><a href='index.html'>All tables</a></nav>",
        f"<h1>{escape(name)}</h1>",
        f"<p>{formatted(entry.sentence)}</p>",
        f"<p>{_size(table, longest)}{_noted(note)}</p>",
        _explained(table, meanings),
        SEARCH,
        _with_titles(_body(table.head(longest)), table, meanings),
        f"<script>\n{_static('table.js')}</script>",
    ]
    return _page(name, parts)


@pd.option_context("display.html.use_mathjax", True, "display.colheader_justify", "right")
def _body(shown: pd.DataFrame) -> str:
    """The table itself, with numbers cut to what they say."""
    body = shown.to_html(index=False, border=0, float_format="{:.4g}".format, na_rep="")
    body = body.replace("<td>&lt;NA&gt;</td>", "<td></td>")  # of a whole number, which heeds no `na_rep`
    return body.replace("<tbody>", "<tbody><tr><td>none</td></tr>", 1) if shown.empty else body


def index(sentences: dict[str, str], note: str = "") -> str:
    """A page that lists all others by name, with a sentence on each."""
    rows = [
        f"<dt><a href='{escape(name)}.html'>{escape(name)}</a></dt><dd>{formatted(sentence)}</dd>"
        for name, sentence in sentences.items()
    ]
    head = f"<h1>All tables</h1><p>{len(rows)} tables{_noted(note)}</p>"
    return _page("All tables", [head, f"<dl>{''.join(rows)}</dl>"])


def formatted(text: str) -> str:
    """A sentence of the glossary as HTML: words in backquotes are code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False).replace("\\|", "|"))


def _page(title: str, parts: list[str]) -> str:
    policy = f"<meta http-equiv='Content-Security-Policy' content=\"{POLICY}\">"
    screen = "<meta name='viewport' content='width=device-width'>"
    head = f"<meta charset='utf-8'>{policy}{screen}<title>{escape(title)}</title>"
    style = f"<style>\n{_static('table.css')}</style>"
    body = "\n".join(filter(None, parts))
    return (
        f"<!doctype html><html lang='en'><head>{head}{style}</head><body><main>{body}</main></body></html>\n"
    )


def _static(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


def _size(table: pd.DataFrame, longest: int) -> str:
    """How many rows it has, and whether they are cut."""
    cut = f"; the first {longest} are shown, sorted and searched" if len(table) > longest else ""
    return f"{len(table):,} rows{cut}"


def _noted(note: str) -> str:
    return f"<br><small>{escape(note, quote=False)}</small>" if note else ""


def _explained(table: pd.DataFrame, meanings: dict[str, str]) -> str:
    """What the columns mean, folded away."""
    known = [name for name in table if name in meanings]
    rows = [f"<dt>{escape(name)}</dt><dd>{formatted(meanings[name])}</dd>" for name in known]
    return (
        f"<details><summary>What the columns mean</summary><dl>{''.join(rows)}</dl></details>" if rows else ""
    )


def _with_titles(body: str, table: pd.DataFrame, meanings: dict[str, str]) -> str:
    """The meaning of a column also where a mouse rests on its name."""
    for name in table:
        if meaning := meanings.get(name):
            title = escape(meaning.replace("`", "").replace("\\|", "|"))
            body = body.replace(f"<th>{escape(name)}</th>", f'<th title="{title}">{escape(name)}</th>', 1)
    return body


def per_rule(resources: pd.DataFrame) -> pd.DataFrame:
    """Jobs, time and memory per rule and arm: mean seconds of one job, hours of all, the largest memory."""
    grouped = resources.groupby(["rule", "arm"], dropna=False)
    return grouped.agg(
        jobs=("seconds", "size"),
        seconds=("seconds", "mean"),
        cpu_seconds=("cpu_seconds", "mean"),
        cpu_hours=("cpu_seconds", lambda seconds: seconds.sum() / 3600),
        max_rss_mb=("max_rss_mb", "max"),
    ).reset_index()


BRIEF = {
    "claims": Brief(
        brief,
        {
            "claim": "what is said",
            "statistic": "the number that stands for it",
            "asked": "what that number must be for the claim to hold",
            "found": "the number, and its interval over networks",
            "verdict": "what follows, and why where nothing does; headline claims are judged together",
        },
    ),
    "resources": Brief(
        per_rule,
        {
            "rule": "the rule",
            "arm": "the arm; empty where the rule has none",
            "jobs": "its jobs",
            "seconds": "wall time of one, mean",
            "cpu_seconds": "processor time of one, mean",
            "cpu_hours": "processor time of all",
            "max_rss_mb": "largest memory of any, in MiB",
        },
    ),
}
