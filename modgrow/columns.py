"""The arms of the columns: what each is trained under, and what equals an arm that is trained anyway."""

from typing import Any

from modgrow.arm import Arm
from modgrow.recipes import OF_ARMS, Own, family_of, merged, of_family, refuse_halves
from modgrow.validation import refusal, shown

LONGEST = 64  # characters of an arm's name


def column_arms(
    columns: dict[str, dict],
    arms: dict[str, Any],
    main: list[Own],
    recipes: dict[str, Arm],
    defaults: dict,
    name: str,
) -> tuple[list[tuple[Own, Arm]], dict[str, dict[str, str]]]:
    """The changed arms that are trained, and by column: arm -> the name that it is trained under.

    What equals an arm of target `all`, or a changed arm of an earlier column, is not trained again.
    A name that is not an arm is refused later, by its key. Raises SettingsError.
    """
    known = {recipes[own.arm].model_dump_json(): own.arm for own in reversed(main) if own.target == "all"}
    trained: dict[str, tuple[Own, Arm]] = {}
    names: dict[str, dict[str, str]] = {}
    for column, said in columns.items():
        where = f"columns.{column}"
        if double := set(said["change"]) & set(OF_ARMS):
            raise refusal(name, f"{where}.change: {min(double)} is no setting of a recipe; leave it out")
        refuse_halves(said["change"], f"{where}.change", name)
        names[column] = {}
        for arm, count in said["arms"].items():
            if not isinstance(arms.get(arm), dict):
                continue
            own = _changed(arm, arms[arm], column, said["change"], defaults, count)
            recipe = own.resolved(defaults, name)
            same = arm if recipe == recipes[arm] else known.get(recipe.model_dump_json())
            if same is None:
                same = own.arm
                if same in arms or same in trained or len(same) > LONGEST:
                    wrong = (
                        f"is longer than {LONGEST} characters"
                        if len(same) > LONGEST
                        else "is the name of another arm"
                    )
                    raise refusal(name, f"{where}: {shown(same)} {wrong}; rename the column")
                known[recipe.model_dump_json()] = same
                trained[same] = (own, recipe)
            elif same in trained and count > trained[same][0].seeds:
                trained[same] = (trained[same][0]._replace(seeds=count), recipe)
            names[column][arm] = same
        if names[column] and all(arm == same for arm, same in names[column].items()):
            raise refusal(name, f"{where}.change: changes none of its arms; give another value or arms")
    return list(trained.values()), names


def changed_name(arm: str, column: str) -> str:
    """The name under which an arm is trained with a column's change."""
    return f"{arm}.{column}"


def _changed(arm: str, own: dict, column: str, change: dict, defaults: dict, count: int) -> Own:
    """What the arm names itself, and over it what the column changes."""
    base = {key: value for key, value in own.items() if key not in OF_ARMS}
    family = family_of(base | change, defaults)
    keys = ("columns", column, f"change, arm {arm}")
    return Own(
        changed_name(arm, column), keys, merged(base, of_family(change, family)), family, count, "columns"
    )
