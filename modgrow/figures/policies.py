"""How an arm of Fig. 6 grows, in words and in looks: what is copied at birth, and what never trains after."""

from modgrow.arm import Arm
from modgrow.birth import Birth, named
from modgrow.figures import looks, style

SYMBOLS = {"input": "$W^I$", "recurrent": "$W^R$", "feedforward": "$W^{FF}$", "bias": "$b$", "tau": r"$\tau$"}
ROLES = {  # what is done with W^R and W^FF: marker, colour, words
    "recurrent feedforward copied": ("o", style.COLOURS[0], "$W^R$ and $W^{FF}$ copied"),
    "recurrent copied": ("^", style.COLOURS[1], "$W^R$ copied, not $W^{FF}$"),
    "feedforward copied": ("v", style.COLOURS[2], "$W^{FF}$ copied, not $W^R$"),
    "neither copied": ("s", style.COLOURS[3], "neither copied"),
    "recurrent frozen": ("D", style.COLOURS[4], "$W^R$ frozen"),
    "feedforward frozen": ("P", style.COLOURS[5], "$W^{FF}$ frozen"),
    "feedforward alone": ("X", "#56b4e9", "all but $W^{FF}$ frozen"),
    "recurrent alone": ("d", "#8c510a", "all but $W^R$ frozen"),
    "otherwise": ("h", "0.1", ""),  # born neither as a copy nor fresh; each arm has words of its own
    "flat": ("*", "0.5", ""),
}
DASHES = {  # of W^I, b and tau
    "all copied": "-",
    "some copied": (0, (1, 1)),
    "none copied": (0, (3, 1)),
}
WITHOUT_GROWTH = (0, (5, 1, 1, 1))
SMALL_MODULES = 5  # units, as the paper's; the marks of larger ones are white


def words(arm: Arm) -> str:
    """How a new module of the arm is born or what is kept frozen, and the units: `W^R frozen, 5 units`."""
    if not arm.grows:
        return arm.title
    frozen = [name for name in SYMBOLS if not arm.growth.trains(name)]
    what = _frozen(arm, frozen) if frozen else _born(arm)
    return f"{what}, {arm.units} units"


def _frozen(arm: Arm, frozen: list[str]) -> str:
    """`W^R frozen`; of what is no plain copy also how it was born: `W^FF zero, frozen`."""
    said: dict[str, list[str]] = {}
    for name in frozen:
        birth = _birth(arm, name)
        how = "frozen" if birth.copies else f"{birth.words or 'fresh'}, frozen"
        said.setdefault(how, []).append(SYMBOLS[name])
    return "; ".join(f"{', '.join(signs)} {how}" for how, signs in said.items())


def _born(arm: Arm) -> str:
    """`all but W^R copied`: how pathways are born; those that are fresh are named only where they are few."""
    said: dict[str, list[str]] = {}
    for name, sign in SYMBOLS.items():
        said.setdefault(_birth(arm, name).words, []).append(sign)
    fresh = said.pop("", [])
    if not said:
        return "nothing copied"
    if len(said) > 1:
        return "; ".join(f"{', '.join(signs)} {how}" for how, signs in said.items())
    how, signs = said.popitem()
    if not fresh:
        return f"all {how}"
    return f"all but {', '.join(fresh)} {how}" if len(fresh) < 3 else f"{', '.join(signs)} {how}"


def _birth(arm: Arm, pathway: str) -> Birth:
    return named(arm.growth.birth(pathway))


def of_all(arms: dict[str, Arm]) -> dict[str, dict]:
    """Colour, marker and dash per arm, from its policy and size.

    Of arms that differ in something else the first has the look of their policy, others have looks of their
    own, from their names.
    """
    found = {}
    for name, arm in arms.items():
        look = look_of(role(arm), arm)
        if look in found.values():
            colour, marker = looks.own(name)
            look |= {"color": colour, "marker": marker, "markerfacecolor": colour}
        found[name] = look
    return found


def look_of(role: str, arm: Arm) -> dict:
    """The look of a policy at the arm's size."""
    marker, colour, _ = ROLES[role]
    face = "white" if arm.units > SMALL_MODULES and role != "flat" else colour
    dash = DASHES[others(arm)] if arm.grows else WITHOUT_GROWTH
    return {"color": colour, "marker": marker, "linestyle": dash, "markerfacecolor": face}


def others(arm: Arm) -> str:
    """What is copied of W^I, b and tau."""
    copied = [_birth(arm, name).copies for name in ("input", "bias", "tau")]
    if all(copied):
        return "all copied"
    return "some copied" if any(copied) else "none copied"


def role(arm: Arm) -> str:
    """Which of ROLES an arm has in the figure."""
    if not arm.grows:
        return "flat"
    births = [_birth(arm, name) for name in SYMBOLS]
    if any(birth.words and not birth.copies for birth in births):
        return "otherwise"
    training = [name for name in SYMBOLS if arm.growth.trains(name)]
    if len(training) == 1 and f"{training[0]} alone" in ROLES:
        return f"{training[0]} alone"
    weights = ("recurrent", "feedforward")
    if frozen := [name for name in weights if not arm.growth.trains(name)]:
        return f"{frozen[0]} frozen"
    copied = [name for name in weights if _birth(arm, name).copies]
    return f"{' '.join(copied) or 'neither'} copied"
