"""The explorer: one HTML page with networks in it, which run and are trained where it is opened.

What it shows beside the networks that it is given is built by hand (`modgrow/model/exact.py`).
"""

import base64
import json
from pathlib import Path

import torch

from modgrow.errors import ModgrowError
from modgrow.explorer import bundle
from modgrow.model import exact
from modgrow.model.network import TENSORS, LeakyModule
from modgrow.model.trained import Trained
from modgrow.store import networks

LARGEST = 2_000_000  # bytes of a page
TASKS = ("parity", "match")  # whose right answers the page knows
EXACT_UNITS = 4  # of the chain by hand: two units of either kind in a module
EXACT_N = 4  # the page repeats its last module as often as need be
EXACT_FLAT_UNITS = 54


def read(path: str | Path) -> Trained:
    """A network as the page shows it. Raises ModgrowError for one that the page could not run."""
    trained = networks.read(path)
    if reason := refusal(trained):
        raise ModgrowError(f"{path}: {reason}; leave it out")
    return as_solved(trained)


def refusal(trained: Trained) -> str:
    """Why the page could not run a network; empty if it can."""
    if trained.arm.task not in TASKS:
        return f"learnt {trained.arm.task}, and the explorer knows {' and '.join(TASKS)}"
    numbers = as_solved(trained).network.parameters()
    finite = all(torch.isfinite(value).all() for value in numbers)
    return "" if finite else "diverged in training before it solved anything"


def as_solved(trained: Trained) -> Trained:
    """What it was when it had solved its last N; as it is if it never solved any."""
    return trained.at(trained.n_solved) or trained


def draw(shown: list[Trained]) -> str:
    """The page with these networks, and those built by hand. Raises ModgrowError for too large a page."""
    text = _page(shown)
    if (size := _size(text)) > LARGEST:
        asked = f"would be {size / 1e6:.1f} MB, at most {LARGEST / 1e6:.0f}"
        raise ModgrowError(f"the page {asked}; give it fewer or smaller networks")
    return text


def draw_what_fits(shown: list[Trained]) -> str:
    """The page with as many of the first networks as it has room for."""
    text = _page([])
    for count in range(1, len(shown) + 1):
        longer = _page(shown[:count])
        if _size(longer) > LARGEST:
            break
        text = longer
    return text


def _page(shown: list[Trained]) -> str:
    chain = exact.chain(EXACT_UNITS, EXACT_N)
    flat = exact.flat(EXACT_FLAT_UNITS)
    every = [*map(written, shown), by_hand(chain), by_hand(flat)]
    return bundle.page(json.dumps(every, separators=(",", ":")))


def _size(text: str) -> int:
    """Bytes of the page as a file."""
    return len(text.encode())


def by_hand(trained: Trained) -> dict:
    """One of those built by hand, which no training and no seed has made."""
    title = f"exact, {trained.arm.units} units"
    return written(trained) | {"name": f"exact_{trained.arm.architecture}", "title": title, "seed": None}


def written(trained: Trained) -> dict:
    """A network as the page takes it: its equation in words and numbers, its tensors as base64 float32."""
    arm = trained.arm
    made = trained.provenance.get("id", {}).get("arm", f"{arm.architecture}_{arm.units}")
    return {
        "name": f"{made}/seed_{trained.seed}",
        "title": f"{made}, seed {trained.seed}",
        "seed": trained.seed,
        "family": arm.architecture,
        "units": arm.units,
        "task": arm.task,
        "nFirst": arm.n_first,
        "nSolved": trained.n_solved,
        "slope": arm.negative_slope,
        "leak": arm.leak,
        "delay": arm.feedforward_delay,
        "modules": [_module(module) for module in trained.network.chain],
    }


def _module(module: LeakyModule) -> dict[str, str]:
    """Tensors by their names in the page, row by row; those that the module lacks are left out."""
    named = {name: getattr(module, name) for name in TENSORS}
    named["readoutBias"] = named.pop("readout_bias")
    return {name: _floats(value) for name, value in named.items() if value is not None}


def _floats(value: torch.Tensor) -> str:
    flat = value.detach().cpu().float().contiguous().numpy()
    return base64.b64encode(flat.astype("<f4").tobytes()).decode()
