# What `make report` shows: figures and tables under their captions, the verdict first.


report: "../report/workflow.rst"


SHOWN = {
    "claims": ("1 Verdict", "All claims at a glance"),
    "sensitivity": ("1 Verdict", "Under changed settings"),
    "fig1": ("2 Figures", "Fig. 1: the two architectures"),
    "fig2a": ("2 Figures", "Fig. 2a: learning speed"),
    "fig2b": ("2 Figures", "Fig. 2b: parameters"),
    "fig2c": ("2 Figures", "Fig. 2c: generalisation"),
    "fig3": ("2 Figures", "Fig. 3: perturbation"),
    "fig4": ("2 Figures", "Fig. 4: timescales"),
    "fig5": ("2 Figures", "Fig. 5: pathways"),
    "fig6": ("2 Figures", "Fig. 6: freezing and copying"),
    "n200": ("2 Figures", "N = 200"),
    "pool_proof": ("3 Checks", "Pool against fresh sequences"),
}


def shown(figure):
    """Where the report shows a figure, and the caption it has there."""
    category, label = SHOWN[figure]
    return {"category": category, "labels": {"shows": label}, "caption": f"../report/{figure}.rst"}


def page(table):
    """The page of one table in the report."""
    category, label = ("1 Verdict", "Every claim") if table == "claims" else ("4 Tables", table)
    kept = {"category": category, "labels": {"shows": label}, "caption": "../report/table.rst"}
    return report(f"{RESULTS}/pages/{table}.html", **kept)


# Every table with a page, and where in the results it lies.
PAGES = {"claims": "claims.parquet"} | {table: f"tables/{table}.parquet" for table in TABLES}
