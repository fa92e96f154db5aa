"""The published networks by name: of each arm of the paper the first one, whatever it did.

    from modgrow import published
    published.load("modular_10").answers("0110100")

They lie in `docs/results/networks`, each with a card; `modgrow publish` puts them there.
"""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from modgrow.errors import ModgrowError, printable
from modgrow.places import ROOT

if TYPE_CHECKING:
    from modgrow.model.trained import Trained

PLACE = ROOT / "docs" / "results" / "networks"
SUFFIX = ".safetensors"
CARD = """# {arm}, seed {seed}

The first network of this arm in the confirmatory run, whatever it did. {said}

| what | |
| --- | --- |
| largest N solved | {n_solved} |
| accuracy on N = {n} after the last epoch | {accuracy:.3f} |
| epochs | {epoch} |
| SHA-256 of the file | `{digest}` |

Ask it:

    .venv/bin/python -m modgrow look {arm} --bits 0110100
    .venv/bin/python -m modgrow explore {arm}

and in Python, `from modgrow import published` and `published.load("{arm}").answers("0110100")`. All of its
settings, and what made it: `.venv/bin/python -m modgrow show {arm}`.
"""


def names() -> list[str]:
    """The arms of which a network is published."""
    return sorted(path.parent.name for path in PLACE.glob(f"*/seed_*{SUFFIX}"))


def path_of(name: str) -> str:
    """The file of a network, given as that or by the name of a published one. Raises ModgrowError."""
    if Path(name).suffix or "/" in name or Path(name).exists():
        return name
    if found := sorted(PLACE.glob(f"{name}/seed_*{SUFFIX}")) if name in names() else []:
        return str(found[0])
    there = f"published are {', '.join(names())}" if names() else "no network is published yet"
    raise ModgrowError(
        f"{printable(name)}: {there}; or name a file, such as results/networks/ARM/seed_100{SUFFIX}"
    )


def load(name: str) -> "Trained":
    """A published network by the name of its arm, or that of a file. Raises ModgrowError."""
    from modgrow.store import networks  # loads torch

    return networks.read(path_of(name))


def card(arm: str, title: str, path: Path, last: dict) -> str:
    """What is to be known of one network, as Markdown; `last` is the last row of its learning curve."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    seed = path.stem.removeprefix("seed_")
    told = {key: last[key] for key in ("n", "n_solved", "accuracy", "epoch")}
    return CARD.format(arm=arm, seed=seed, said=f"{title}.", digest=digest, **told)
