"""The target `controls`: its networks, and the jobs of its table and figure."""

from typing import TYPE_CHECKING, NamedTuple

from modgrow import forecast, places
from modgrow.arm import Arm
from modgrow.controls.kinds import KINDS, Kind
from modgrow.plan import identity
from modgrow.plan.jobs import Job, Shown
from modgrow.policy import PATHWAYS

if TYPE_CHECKING:
    from modgrow.config import Settings

TABLE, FIGURE = "tables/controls.parquet", "figures/controls"
MAKES = [TABLE, f"{FIGURE}.svg", f"{FIGURE}.png"]
FRESH = dict.fromkeys(PATHWAYS, "random train")  # births of modules that stand from the start
KEPT = 16  # tensors of one step, as large as the activity, that the way back needs


class Control(NamedTuple):
    """What the networks of one name share; `units` are those of a module, or of a head's block."""

    kind: str
    units: int
    recipe: Arm


def controls(settings: "Settings") -> dict[str, Control]:
    """Every kind in every size, at every learning rate, by name: `static_chain_5.lr_0.2`."""
    asked = settings.controls
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


def seeds_of(settings: "Settings") -> dict[str, range]:
    """The seeds of each, numbered as those of the arms."""
    first = settings.first_seed
    return dict.fromkeys(controls(settings), range(first, first + settings.controls.seeds))


def memory_mb(control: Control) -> int:
    """What training takes: an interpreter with torch, and every step of the longest sequences."""
    arm = control.recipe
    length = arm.lengths(arm.n_max)[1]
    units = arm.units * arm.modules(arm.heads(arm.n_max))
    return 2 * forecast.BASE_MB + KEPT * length * units * arm.batch_size * arm.item_bytes // 2**20


def identity_of(settings: "Settings", name: str, seed: int) -> str:
    """The identity of one network. Raises KeyError for a name that is none."""
    control = controls(settings)[name]
    told = {"arm": name, "seed": seed, "kind": control.kind, "units": control.units}
    return identity.text("train_control", [control.recipe], settings=control.recipe.canonical, **told)


def control_jobs(settings: "Settings") -> list[Job]:
    """The table, which waits for every network, and the figure."""
    seeds = seeds_of(settings)
    planned = {
        name: {"id": {"kind": control.kind, "units": control.units, "settings": control.recipe.canonical}}
        for name, control in controls(settings).items()
    }
    table = Job(
        "controls_table",
        reads=[],
        makes=[TABLE],
        uses={"seeds": places.spans(seeds), "planned": planned},
        waits=places.per_network("controls", "parquet", seeds),
    )
    shown = Shown("3 Checks", "Growth, freezing, heads of their own", "controls")
    return [
        table,
        Job("controls_figure", [TABLE], MAKES[1:], uses={"note": ""}, shown={MAKES[1]: shown}),
    ]
