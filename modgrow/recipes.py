"""The recipe of every arm: `defaults`, over them what the arm names, over that the change of a column."""

import math
import re
from typing import Any, NamedTuple

from modgrow.arm import FAMILIES, Arm
from modgrow.errors import printable
from modgrow.validation import refusal, shown, validated

TARGETS = ("all", "pool_proof", "far")
OF_ARMS = ("seeds", "target")  # what an arm says beside its recipe
BY_SIZE = re.compile(r"([0-9]{1,20}(?:\.[0-9]{0,20})?) */ *sqrt\(units\)")
MOST_NETWORKS = 20_000  # planning takes about 1.5 ms a job, and a network has up to five jobs


class Own(NamedTuple):
    """What an arm names itself, before `defaults`, and the keys under which a mistake in it is found."""

    arm: str
    keys: tuple[str, ...]
    recipe: dict
    family: str
    seeds: int
    target: str

    def resolved(self, defaults: dict, name: str) -> Arm:
        """The complete recipe. Raises SettingsError."""
        modular_only = ("growth", "pool_batches") if self.family == "flat" else ()
        shared = {key: value for key, value in defaults.items() if key not in modular_only}
        recipe = merged(of_family(shared, self.family), self.recipe)
        return validated(Arm, sized(recipe), name, self.keys, also=OF_ARMS)


def own_arms(arms: dict, defaults: dict, seeds: Any, name: str) -> list[Own]:
    """What each arm of the settings file `name` says. Raises SettingsError."""
    found = []
    for arm, own in arms.items():
        where = f"arms.{printable(arm)}"
        if not isinstance(own, dict):
            raise refusal(name, f"{where}: is {shown(own)}; must be a mapping with at least `units`")
        recipe = {key: value for key, value in own.items() if key not in OF_ARMS}
        family = family_of(recipe, defaults)
        count = own.get("seeds", for_family(seeds, family))
        refuse_no_count(count, f"{where}.seeds", name)
        target = own.get("target", TARGETS[0])
        if target not in TARGETS:
            raise refusal(name, f"{where}.target: is {shown(target)}; must be one of {', '.join(TARGETS)}")
        found.append(Own(arm, ("arms", arm), recipe, family, count, target))
    return found


def refuse_no_count(count: Any, where: str, name: str) -> None:
    """Raise SettingsError for what is no number of networks."""
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= MOST_NETWORKS:
        raise refusal(name, f"{where}: is {shown(count)}; must be an integer from 1 to {MOST_NETWORKS}")


def family_of(recipe: dict, defaults: dict) -> str:
    """Whether a recipe is of a modular or a flat network; what is neither is refused by its key later."""
    named = recipe.get("architecture", defaults.get("architecture"))
    return named if named in FAMILIES else FAMILIES[0]


def is_by_family(value: Any) -> bool:
    """Whether a value is one for each family: `{modular: 0.2, flat: 0.05}`."""
    return isinstance(value, dict) and bool(set(value) & set(FAMILIES))


def for_family(value: Any, family: str) -> Any:
    """The family's own value where there is one for each."""
    return value[family] if is_by_family(value) else value


def of_family(settings: dict, family: str) -> dict:
    """Settings with each family's own value taken."""
    return {key: for_family(value, family) for key, value in settings.items()}


def refuse_halves(settings: dict, where: str, name: str) -> None:
    """Raise SettingsError where a value names one family but not the other, or something beside them."""
    for key, value in settings.items():
        if not is_by_family(value):
            continue
        at = f"{where}.{printable(key)}" if where else printable(key)
        if key == "architecture":
            raise refusal(name, f"{at}: is {shown(value)}; must be 'modular' or 'flat'")
        if set(value) != set(FAMILIES):
            raise refusal(
                name, f"{at}: is {shown(value)}; give one value, or one for modular and one for flat"
            )


def merged(recipe: dict, over: dict) -> dict:
    """`over` over `recipe`; the growth policy is merged pathway by pathway."""
    policies = [part["growth"] for part in (recipe, over) if isinstance(part.get("growth"), dict)]
    if len(policies) < 2:
        return recipe | over
    return recipe | over | {"growth": policies[0] | policies[1]}


def sized(recipe: dict) -> dict:
    """The recipe with a learning rate written `1.1/sqrt(units)` as its number for this size."""
    rate = recipe.get("learning_rate")
    units = recipe.get("units")
    written = BY_SIZE.fullmatch(rate) if isinstance(rate, str) else None
    if not written or not isinstance(units, int) or units < 1:
        return recipe
    return {**recipe, "learning_rate": float(written[1]) / math.sqrt(units)}
