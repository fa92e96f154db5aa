"""What the user has set elsewhere changes no figure, and nothing here changes what the user has set."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from fontTools.ttLib import TTFont

from modgrow.figures import page
from tests.runs import ROOT

DRAW = """
import sys
from pathlib import Path

import pandas as pd

from modgrow.arm import Arm
from modgrow.figures import fig2a, fig3, fig6, style
from modgrow.verdict import half_points

out = Path(sys.argv[1])
arms = {"modular_5": Arm(units=5), "flat_20": Arm(architecture="flat", units=20)}
keys = [(arm, seed, epoch) for arm in arms for seed in range(3) for epoch in range(1, 9)]
curves = pd.DataFrame(keys, columns=["arm", "seed", "epoch"])
curves["n_solved"] = curves["epoch"] // (2 - curves["seed"] % 2) + 1
noisy = pd.concat(
    [
        curves.assign(pathway=pathway, epsilon=epsilon, draw=0, n=curves["epoch"], accuracy=1 - epsilon / 9)
        for pathway in ("weights", "tau")
        for epsilon in (0.0, 0.1, 1.0)
    ]
)
figures = {
    "2a": fig2a.draw(curves, arms),
    "3": fig3.draw(
        noisy, half_points.summary(noisy, 0.9), noisy.replace({"modular_5": "exact_5"}), arms, 0.9
    ),
    "6": fig6.draw(curves, [("W^R und tau, 5 $ f\\u00fcr \\u00e4_b", list(arms))], arms),
}
for name, figure in figures.items():
    style.save(figure, out / f"{name}.svg", out / f"{name}.png")
"""
RC = """
backend: svg
text.usetex: True
font.family: serif
font.size: 20
mathtext.fontset: cm
savefig.dpi: 30
figure.dpi: 300
savefig.bbox: tight
savefig.transparent: True
svg.fonttype: path
axes.grid: True
axes.formatter.use_locale: True
lines.linewidth: 9
path.simplify: False
figure.autolayout: True
"""
BROKEN = RC.encode() + "# schöne Grüße\n".encode("latin-1")


def drawn(folder: Path, **environment: str) -> dict[str, bytes]:
    """The figures drawn by a fresh process in `folder` under such an environment."""
    plain = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    out = folder / "drawn"
    out.mkdir(parents=True)
    command = [sys.executable, "-c", DRAW, str(out)]
    environment = {"HOME": str(folder), "PYTHONPATH": str(ROOT), **plain, **environment}
    run = subprocess.run(command, cwd=folder, env=environment, text=True, capture_output=True)
    assert run.returncode == 0, run.stderr[-2000:]
    return {path.name: path.read_bytes() for path in out.iterdir()}


@pytest.fixture(scope="module")
def calm(tmp_path_factory):
    """The figures where nothing is set."""
    return drawn(tmp_path_factory.mktemp("calm"))


ENVIRONMENTS = {
    "notebook": {"MPLBACKEND": "module://matplotlib_inline.backend_inline"},
    "screen": {"MPLBACKEND": "qtagg", "LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"},
    "nonsense": {"MPLBACKEND": "nonsense", "MATPLOTLIBRC": "/no/such/file"},
    "warnings": {"PYTHONWARNINGS": "error"},
    "ascii": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "clock": {"SOURCE_DATE_EPOCH": "86400", "TZ": "Pacific/Auckland", "PYTHONHASHSEED": "7"},
    "optimised": {"PYTHONOPTIMIZE": "2", "PYTHONDEVMODE": "1"},
    "no home": {
        "HOME": "/dev/null/home",
        "XDG_CACHE_HOME": "/dev/null/cache",
        "XDG_CONFIG_HOME": "/dev/null",
    },
}


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_no_figure_changes_with_the_environment(calm, tmp_path, name):
    assert drawn(tmp_path, **ENVIRONMENTS[name]) == calm


@pytest.mark.parametrize("content", [RC.encode(), BROKEN], ids=["valid", "broken"])
@pytest.mark.parametrize("place", ["matplotlibrc", ".config/matplotlib/matplotlibrc", "named/matplotlibrc"])
def test_no_figure_changes_with_a_matplotlibrc(calm, tmp_path, place, content):
    path = tmp_path / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    named = {"MATPLOTLIBRC": str(path), "MPLCONFIGDIR": str(path.parent)} if "named" in place else {}
    assert drawn(tmp_path, **named) == calm


def test_no_figure_changes_with_installed_fonts(calm, tmp_path):
    """A serif face under the names that are asked for, of the user's own."""
    fonts = Path(importlib.util.find_spec("matplotlib").origin).parent / "mpl-data" / "fonts" / "ttf"
    (tmp_path / ".local/share/fonts").mkdir(parents=True)
    (tmp_path / ".fonts").mkdir()
    for family in ("Arial", "DejaVu Sans"):
        font = TTFont(fonts / "DejaVuSerif.ttf")
        for record in font["name"].names:
            if record.nameID in (1, 4, 16):
                record.string = family
        for folder in (".local/share/fonts", ".fonts"):
            font.save(tmp_path / folder / f"{family.replace(' ', '')}.ttf")
    assert drawn(tmp_path) == calm


NOTEBOOK = """
import importlib, locale, logging, os, pkgutil, random, signal, sys, warnings

import matplotlib, numpy, pandas, torch
import numba, pyarrow.parquet, pydantic, rich.live, safetensors.torch, scipy.optimize, scipy.stats, yaml
import matplotlib.pyplot as plt

matplotlib.rcParams["lines.linewidth"] = 7
matplotlib.rcParams["font.family"] = "serif"
plt.figure(3)
numpy.set_printoptions(precision=3)
pandas.set_option("display.precision", 2)
warnings.simplefilter("once")
numba.get_num_threads()  # the first call starts numba's threads, which sets OpenMP's number and so torch's
torch.set_num_threads(2)
torch.set_flush_denormal(False)


def surroundings():
    root = logging.getLogger()
    return {
        "rc": dict(matplotlib.rcParams),
        "backend": matplotlib.get_backend(),
        "figures": plt.get_fignums(),
        "maps": list(matplotlib.colormaps),
        "warnings": list(warnings.filters),
        "environment": dict(os.environ),
        "threads": (torch.get_num_threads(), torch.get_num_interop_threads(), numba.get_num_threads()),
        "torch": (torch.get_default_dtype(), torch.is_grad_enabled()),
        "denormal": (torch.tensor(1e-310, dtype=torch.float64) / 2).item(),
        "numpy": (numpy.get_printoptions(), numpy.geterr()),
        "pandas": [pandas.get_option(f"display.{key}") for key in ("precision", "max_rows", "max_columns")],
        "locale": locale.setlocale(locale.LC_ALL),
        "logging": (root.level, list(root.handlers), logging.root.manager.disable),
        "signals": {number: signal.getsignal(number) for number in signal.valid_signals()},
        "python": (list(sys.path), sys.excepthook, sys.displayhook, sys.getrecursionlimit(), os.getcwd()),
        "random": (random.getstate(), str(numpy.random.get_state()), torch.get_rng_state().tolist()),
    }


def compare(before):
    for name, value in surroundings().items():
        assert value == before[name], (name, value, before[name])


before = surroundings()
import modgrow
for module in pkgutil.walk_packages(modgrow.__path__, "modgrow."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
compare(before)
"""


def notebook(code: str, folder: Path, **environment: str) -> None:
    """Run it in a fresh process, as the cells of a notebook."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | environment
    command = [sys.executable, "-c", code, str(folder)]
    run = subprocess.run(command, cwd=folder, env=environment, text=True, capture_output=True)
    assert run.returncode == 0, run.stderr[-2000:]


@pytest.mark.parametrize("backend", ["svg", "module://matplotlib_inline.backend_inline"])
def test_importing_and_drawing_change_nothing_in_a_notebook(tmp_path, backend):
    if "inline" in backend:
        pytest.importorskip("matplotlib_inline")
    notebook(NOTEBOOK + DRAW + "compare(before)", tmp_path, MPLBACKEND=backend)


def test_a_page_is_the_same_whatever_pandas_is_told_to_show():
    table = pd.DataFrame({"arm": ["a" * 200] * 9, **{f"x{n}": [1 / 3 * n] * 9 for n in range(30)}})
    before = page.draw("parameters", table, 500)
    told = {"max_rows": 2, "min_rows": 2, "max_columns": 2, "max_colwidth": 9, "precision": 1, "width": 9}
    told |= {"show_dimensions": True, "float_format": "{:.1f}".format, "colheader_justify": "left"}
    told |= {"html.border": 3, "html.use_mathjax": False}
    with pd.option_context(*(part for name in told for part in (f"display.{name}", told[name]))):
        assert page.draw("parameters", table, 500) == before
    assert "a" * 200 in before
