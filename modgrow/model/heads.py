"""What heads answer to the states that they read: the only place where an answer is decided."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from modgrow.model import kernels
from modgrow.model.network import LeakyModule


@torch.no_grad()
def answers(
    module: LeakyModule, states: Float[Tensor, "*time unit sequence"], heads: slice = slice(None)
) -> Bool[Tensor, "head *time sequence"]:
    """Yes where a head's logit 1 is above its logit 0; of all heads of the module, or of those named.

    Axes before the units may be times, and networks side by side.
    """
    readout = module.readout[heads]
    bias = module.readout_bias[heads]
    direction = readout[:, 1] - readout[:, 0]
    offset = bias[:, 0] - bias[:, 1]
    if states.dim() == 3 and states.device.type == "cpu":
        return kernels.margins(states, direction, offset) > 0
    if states.shape[-1] == 1:  # one product for all times, not a tiny one for each
        read = (states[..., 0] @ direction.T)[..., None, :].movedim(-1, 0)
    else:
        read = (direction @ states).movedim(-2, 0)
    return read > offset.view(-1, *[1] * (read.dim() - 1))
