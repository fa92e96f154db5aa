"""The target `controls`: its networks, and the jobs of its table and figure."""

from typing import TYPE_CHECKING

from modgrow import forecast, places
from modgrow.controls.recipes import Control, every
from modgrow.differences import differences
from modgrow.examinations import Controls
from modgrow.plan import identity
from modgrow.plan.jobs import Job, Shown

if TYPE_CHECKING:
    from modgrow.config import Settings

TABLE, FIGURE = "tables/controls.parquet", "figures/controls"
DRAWN = [f"{FIGURE}.svg", f"{FIGURE}.png"]
MAKES = [TABLE, *DRAWN]
KEPT = 16  # tensors of one step, as large as the activity, that the way back needs


def controls(settings: "Settings") -> dict[str, Control]:
    """Every kind in every size, at every learning rate, by name: `static_chain_5.lr_0.2`."""
    return every(settings.controls)


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


def note(settings: "Settings") -> str:
    """What the run is called, and in what its controls are not those that are registered; else empty."""
    changed = differences(Controls().canonical, settings.controls.canonical)
    words = ", ".join(f"{key} {ours} instead of {usual}" for key, (usual, ours) in changed.items())
    unlike = f"not the settings that are registered: {words}" if words else ""
    return ", ".join(filter(None, [settings.called, unlike]))


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
        Job("controls_figure", [TABLE], DRAWN, uses={"note": note(settings)}, shown={DRAWN[0]: shown}),
    ]
