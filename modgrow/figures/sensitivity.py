"""Under which settings each claim holds: claims by variants, a mark per verdict."""

import textwrap

import pandas as pd

from modgrow.figures import style
from modgrow.figures.claims import LOOKS, legend
from modgrow.figures.style import Figure

COLUMNS = ("variant", "claim", "panel", "statement", "verdict", "baseline")
FIRM = {"reproduced", "contradicted"}


@style.theme()
def draw(table: pd.DataFrame) -> Figure:
    """Empty: the variant does not touch the claim. Shaded: it turns a firm verdict into its opposite."""
    if table.empty:
        return style.notice("no claim of the paper can be judged on the arms of these variants")
    variants = list(table["variant"].unique())
    claims = table.drop_duplicates("claim")
    figure, axes = style.new_figure(7.5, 1.2 + 0.24 * len(claims))
    columns = {variant: place for place, variant in enumerate(variants)}
    rows = {claim: place for place, claim in enumerate(claims["claim"])}
    for row in table.itertuples():
        x = columns[row.variant]
        y = rows[row.claim]
        if {row.verdict, row.baseline} == FIRM:
            axes.fill_between([x - 0.5, x + 0.5], y - 0.5, y + 0.5, color="0.9", linewidth=0)
        axes.plot(x, y, linestyle="", markersize=5, **LOOKS[row.verdict])
    statements = claims["statement"] + "  [" + claims["panel"] + "]"
    labels = [style.maths(textwrap.fill(statement, 92)) for statement in statements]
    axes.set_yticks(range(len(claims)), labels, fontsize=6.2)
    names = [style.plain(variant) for variant in variants]
    axes.set_xticks(range(len(variants)), names, rotation=45, ha="left", fontsize=6.5)
    axes.tick_params(length=0)
    axes.xaxis.tick_top()
    axes.set(xlim=(-0.5, len(variants) - 0.5), ylim=(len(claims) - 0.5, -0.5))
    title = "shaded: the opposite of the same arms and seeds unchanged; empty: claim not touched"
    legend(figure, "outside lower center", title, table)
    return figure
