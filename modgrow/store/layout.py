"""Which tensors a network file holds, and what its header says; read without torch.

Tensors are named `chain.<m>.<tensor>` (module m counted from 1), `chain.<m>.start.<tensor>` (its
untrained values), and for arms that do not grow `solved.<N>.chain.1.<tensor>`: the network that had just
solved N.
"""

from typing import Annotated

import numpy as np
from pydantic import BeforeValidator, Field

from modgrow.arm import Arm, Record
from modgrow.differences import differences, in_words
from modgrow.store.checked import Arrays, Form
from modgrow.validation import validated

START = "start."
ITEMS = {"float32": "F32", "float64": "F64"}
NAMES = {code: name for name, code in ITEMS.items()}


class Header(Record):
    """What stands in the header of a network file."""

    arm: Annotated[Arm, BeforeValidator(Arm.complete)] = Field(description="the recipe")
    seed: int = Field(ge=0, description="what the random streams start from")
    n_solved: int = Field(description="the largest N solved; n_first - 1 if none was")
    diverged: bool = Field(description="whether training stopped at a number that is not finite")
    provenance: dict = Field(description="what made it")


def check(forms: dict[str, Form], header: dict) -> int:
    """The N of the newest head, if these can be the parts of a network. Raises ModgrowError, ValueError."""
    header = validated(Header, header, "its header")
    _check_identity(header)
    n_newest = _n_newest(header.arm, forms)
    _check_orders(header, n_newest, len(forms))
    expected = shapes_by_name(header.arm, n_newest, header.n_solved)
    item = ITEMS[header.arm.dtype]
    if missing := next((name for name in expected if name not in forms), None):
        raise ValueError(f"{missing} is missing")
    for name, (dtype, shape) in forms.items():
        if name not in expected:
            raise ValueError(f"{name} has no place in such a network")
        if shape != expected[name]:
            raise ValueError(f"{name} is {shape}, must be {expected[name]}")
        if dtype != item:
            raise ValueError(f"{name} is {NAMES.get(dtype, dtype)}, must be {header.arm.dtype}")
    return n_newest


def refuse_no_numbers(arrays: Arrays, header: Header) -> None:
    """Raise ValueError for values that are not finite, unless the network says that it diverged."""
    for name, values in arrays.items():
        if not np.isfinite(np.asarray(values)).all() and not header.diverged:
            raise ValueError(f"{name} has values that are not finite")


def shapes_by_name(arm: Arm, n_newest: int, n_solved: int) -> dict[str, tuple[int, ...]]:
    """Name and shape of every tensor of a network whose newest head stands for `n_newest`."""
    chain = _chain(arm, n_newest)
    modules = {**chain, **{f"{module}{START}": shapes for module, shapes in chain.items()}}
    for n in snapshots(arm, n_solved):
        modules |= {f"solved.{n}.{module}": shapes for module, shapes in _chain(arm, n).items()}
    return {f"{module}{name}": shape for module, shapes in modules.items() for name, shape in shapes.items()}


def _chain(arm: Arm, n_newest: int) -> dict[str, dict[str, tuple[int, ...]]]:
    """Shapes by tensor of every module of a network whose newest head stands for `n_newest`."""
    heads = arm.heads(n_newest)
    modules = arm.modules(heads)
    return {f"chain.{m}.": _shapes(arm, m, heads // modules) for m in range(1, modules + 1)}


def snapshots(arm: Arm, n_solved: int) -> range:
    """The N at which a network is kept beside the last one."""
    return range(arm.n_first, arm.n_first if arm.grows else n_solved + 1)


def _shapes(arm: Arm, m: int, heads: int) -> dict[str, tuple[int, ...]]:
    u = arm.units
    shapes = {"input": (u,), "recurrent": (u, u), "bias": (u,), "tau": (u,)}
    shapes |= {"readout": (heads, 2, u), "readout_bias": (heads, 2)}
    return shapes if m == 1 else {**shapes, "feedforward": (u, u)}


def _n_newest(arm: Arm, forms: dict[str, Form]) -> int:
    """N of the newest head: of a chain that grows by its modules, else by the heads of its one module."""
    if arm.grows:
        heads = len({name.split(".")[1] for name in forms if name.startswith("chain.")})
    else:
        _, shape = forms.get("chain.1.readout", ("", ()))
        heads = shape[0] if shape else 0
    return arm.n_first - 1 + heads


def _check_orders(header: Header, n_newest: int, n_tensors: int) -> None:
    first = header.arm.n_first
    n_solved = header.n_solved
    limit = header.arm.n_limit
    if not first <= n_newest <= limit:
        raise ValueError(f"its newest head stands for {n_newest}, its settings allow {first} to {limit}")
    if not n_newest - 1 <= n_solved <= n_newest:
        raise ValueError(f"n_solved is {n_solved}, its heads stand for {first} to {n_newest}")
    if header.arm.heads(n_solved) > n_tensors:  # or a forged number would have millions listed
        raise ValueError(f"it has {n_tensors} tensors, too few for {header.arm.heads(n_solved)} solved tasks")


def _check_identity(header: Header) -> None:
    """What made it must have asked for this arm and seed."""
    asked = header.provenance.get("id", {})
    if not isinstance(asked, dict):
        raise ValueError("provenance.id is no mapping")
    found = {"settings": header.arm.canonical, "seed": header.seed}
    changed = differences({key: asked.get(key, own) for key, own in found.items()}, found)
    if changed:
        raise ValueError(f"what made it asked for another network: {in_words(changed)}")
