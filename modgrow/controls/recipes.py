"""The recipes of the controls: every kind in every size, at every learning rate. No torch."""

from typing import NamedTuple

from modgrow.arm import Arm
from modgrow.controls.kinds import KINDS, Kind
from modgrow.examinations import Controls
from modgrow.policy import PATHWAYS

FRESH = dict.fromkeys(PATHWAYS, "random train")  # births of modules that stand from the start


class Control(NamedTuple):
    """What the networks of one name share; `units` are those of a module, or of a head's block."""

    kind: str
    units: int
    recipe: Arm


def every(asked: Controls) -> dict[str, Control]:
    """All that are asked for, by name: `static_chain_5.lr_0.2`."""
    more = {"updates_per_epoch": asked.updates_per_epoch, "test_batches": asked.test_batches}
    found = {}
    for name, kind in KINDS.items():
        for units in asked.units:
            for rate in asked.learning_rates:
                arm = recipe(kind, units, asked.n_max, asked.epochs, rate, **more)
                found[f"{name}_{units}.lr_{rate:g}"] = Control(name, units, arm)
    return found


def recipe(kind: Kind, units: int, n_max: int, epochs: int, learning_rate: float, **changes) -> Arm:
    """The recipe of the units and their training: of a module, or of a flat network of as many units.

    All else is as the arms have it; `changes` override that. Every batch is of new bits.
    """
    common = {"n_max": n_max, "epochs": epochs, "learning_rate": learning_rate, "pool_batches": "fresh"}
    common |= changes
    module = Arm(units=units, **common)
    if not kind.chained:
        return Arm(architecture="flat", units=units * module.heads(n_max), **common)
    return module if kind.copied else Arm(units=units, growth=FRESH, **common)
