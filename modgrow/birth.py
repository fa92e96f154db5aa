"""What a birth is: where the values of a pathway of a new module come from. One file of `births/` each.

No torch is loaded here or there: births call methods of the tensors that growth hands to them, so that
settings and figures can ask for the words.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modgrow import extensions

if TYPE_CHECKING:
    from torch import Tensor

    from modgrow.arm import Arm


@dataclass(frozen=True)
class Parents:
    """What one tensor of a new module can be made from; all tensors have its shape and precision."""

    tensor: str  # "recurrent", "tau", "readout_bias": a tensor of the pathway that is born
    m: int  # the new module, counted from 1; the first that owns a pathway is born by no birth
    arm: "Arm"
    trained: "Tensor"  # of the donor, the module below, as training left it
    start: "Tensor"  # of the donor at its own birth
    fresh: "Tensor"  # drawn at random for this module
    noise: "Tensor"  # standard Gaussian, one draw per entry, shared with no other draw


@dataclass(frozen=True)
class Birth:
    """A birth: its values, and how figures and tables speak of it.

    `values` must return a tensor of the same shape. The diagonal of W^R is set to zero whatever it returns.
    `words` follow the names of pathways in legends ("W^R copied"); empty for a fresh start, which goes
    unsaid. `copies`: whether a pathway born so counts as copied in tables, and has the looks of one.
    """

    values: Callable[[Parents], "Tensor"]
    words: str
    copies: bool


def named(name: str) -> Birth:
    """The birth of that name, from its file; settings have been checked to name one that is there."""
    return extensions.load("births", name).BIRTH
