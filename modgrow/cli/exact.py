"""A network built by hand, written as any other: `modgrow exact`."""

from importlib.metadata import version
from pathlib import Path

from modgrow import source
from modgrow.errors import ModgrowError
from modgrow.model import exact
from modgrow.model.trained import Trained
from modgrow.store import networks

BUILT_BY = "modgrow/model/exact.py"
USUAL_N = 61  # what the paper's 60 epochs reach at one task each
LARGEST = 4e9  # bytes that a network may take in memory


def write(path: str, units: int, n: int | None, flat: bool) -> str:
    """Write such a network, and say what it is. Raises ModgrowError."""
    if Path(path).suffix != ".safetensors":
        raise ModgrowError(f"{path}: a network is a .safetensors file; name it so")
    if Path(path).exists():
        raise ModgrowError(f"{path}: is there already, and may have been trained; name another file")
    if flat and n is not None:
        raise ModgrowError("--n: the units of a flat network say how far it goes; leave it out, or --flat")
    n = units // 2 + 1 if flat else USUAL_N if n is None else n
    _refuse_large(units, n)
    trained = exact.flat(units) if flat else exact.chain(units, n)
    trained.provenance = made_by(trained)
    networks.write(path, trained)
    return f"{path}: {trained.arm.title}, built by hand, answers N = 2 to {trained.n_solved}"


def _refuse_large(units: int, n: int) -> None:
    """Raise ModgrowError for more than a machine holds: two matrices per N, each with its start."""
    needed = 16 * units**2 * n
    if needed > LARGEST:
        sizes = f"would take {needed / 1e9:.0f} GB, at most {LARGEST / 1e9:.0f}"
        raise ModgrowError(f"{units} units to N = {n}: {sizes}; ask for less")


def made_by(trained: Trained) -> dict:
    """What made a network that was built by hand."""
    name = f"exact_flat_{trained.arm.units}" if not trained.arm.grows else f"exact_{trained.arm.units}"
    identity = {"arm": name, "seed": trained.seed, "settings": trained.arm.canonical}
    versions = {name: version(name) for name in ("numpy", "torch")}
    return {"id": identity, "sources": source.digests(BUILT_BY), "versions": versions}
