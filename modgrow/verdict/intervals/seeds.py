"""How many networks would settle a claim, if those to come were like those at hand."""

import math
from collections.abc import Callable

MOST = 10_000  # networks per arm: a difference that asks for more is none that a verdict should wait for


def seeds_needed(settles: Callable[[int], bool], n_seeds: int, most: int = MOST) -> float:
    """The smallest number of networks above `n_seeds` that settles it; infinite where none up to `most` does.

    `settles(n)` says whether the interval of n networks like those at hand clears the bound. It is asked at
    doubled numbers first, then between the last two.
    """
    few, many = n_seeds, 2 * n_seeds
    while not settles(min(many, most)):
        if many >= most:
            return math.inf
        few, many = many, 2 * many
    many = min(many, most)
    while many - few > 1:
        between = (few + many) // 2
        few, many = (few, between) if settles(between) else (between, many)
    return many
