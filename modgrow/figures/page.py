"""A table as a page of the report: what a reader wants of it, in order, with numbers cut to what they say."""

from collections.abc import Callable
from html import escape

import pandas as pd

from modgrow.verdict.judge import brief

STYLE = """
body { font: 14px/1.4 system-ui, sans-serif; margin: 1.5em; color: #222; background: white }
table { border-collapse: collapse } caption { text-align: left; margin-bottom: 0.8em } small { color: #888 }
th { text-align: left; border-bottom: 1.5px solid #222; position: sticky; top: 0; background: white }
th, td { padding: 0.25em 0.8em 0.25em 0; vertical-align: top }
tbody tr:nth-child(even) { background: #f4f4f4 }
"""


@pd.option_context("display.html.use_mathjax", True, "display.colheader_justify", "right")
def draw(name: str, table: pd.DataFrame, longest: int, note: str = "") -> str:
    """The table called `name` as a page of HTML, those in `BRIEF` in brief, others as they are.

    Of more than `longest` rows the first are shown, and the page says so. A `note` stands under the caption.
    """
    if name in BRIEF:
        table = BRIEF[name](table)
    shown = table.head(longest)
    body = shown.to_html(index=False, border=0, float_format="{:.4g}".format, na_rep="")
    if shown.empty:
        body = body.replace("<tbody>", "<tbody><tr><td>none</td></tr>", 1)
    body = body.replace("<thead>", f"<caption>{_caption(name, table, longest, note)}</caption><thead>", 1)
    head = f"<meta charset='utf-8'><title>{escape(name)}</title><style>{STYLE}</style>"
    return f"<!doctype html><html lang='en'><head>{head}</head><body>{body}</body></html>\n"


def _caption(name: str, table: pd.DataFrame, longest: int, note: str) -> str:
    """The table's name, how many rows it has, whether they are cut, and the note."""
    cut = f"; the first {longest} are shown" if len(table) > longest else ""
    below = f"<br><small>{escape(note, quote=False)}</small>" if note else ""
    return f"<b>{escape(name)}</b>: {len(table):,} rows{cut}{below}"


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


BRIEF: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {"claims": brief, "resources": per_rule}
