"""Several claims judged together."""

from collections.abc import Mapping


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """Adjusted p of each (Holm 1979): at most the level asked for, the chance of even one false finding.

    A p that is not there (NaN) is kept, and counts as one of the number.
    """
    by_size = sorted(p_values, key=lambda name: (p_values[name] != p_values[name], p_values[name]))
    adjusted = {}
    so_far = 0.0
    for place, name in enumerate(by_size):
        own = p_values[name] * (len(by_size) - place)
        if own == own:
            so_far = max(so_far, min(own, 1.0))
        adjusted[name] = so_far if own == own else own
    return adjusted
