"""How often each kind of interval of the verdict covers what it estimates, and how wide it is. `--json FILE`

Asked at 95 %; chosen were kinds that cover at least 0.94 at the numbers of networks that are used. The
populations are registered with the claims: a normal one; N_solved with 5, 10, 30, 50 % of the networks stuck
low and the rest at the ceiling; N_solved of 5 units as the exploratory networks have it. A comparison sets two
independent samples of one population against each other, and one with `against` another.

    .venv/bin/python benchmarks/coverage.py
"""

from common import ROOT

LEAST, MOST = 1.0, 61.0
CURVES = ROOT / "docs" / "results" / "tables" / "learning_curves.parquet"
