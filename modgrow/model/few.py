"""The recurrence for few sequences: one matrix product per step, no gradient.

The fused kernels (`loops.py`) work on 256 sequences at once and fill up what is missing. A recording of
timescales has twenty, for 10^5 steps: there a plain step with a BLAS product is the fast way.
"""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from modgrow.model import loops
from modgrow.model.dynamics import read_by_step
from modgrow.model.kernels import tiny_numbers
from modgrow.model.network import LeakyModule


def states(
    module: LeakyModule,
    bits: Float[Tensor, "time sequence"],
    initial: Float[Tensor, "unit sequence"],
    upstream: Float[Tensor, "states upstream_unit sequence"] | None,
) -> Float[Tensor, "states unit sequence"]:
    """Every state of a module (eqs. 1 to 4), the initial one first."""
    with torch.no_grad():
        recurrent = module.recurrent * (1.0 - torch.eye(module.units, dtype=module.recurrent.dtype))
        rate = 1.0 / module.tau.clamp(min=1.0)
        arrays = [x.contiguous().numpy() for x in (recurrent, module.input, module.bias, rate, bits)]
    out = np.empty((len(bits) + 1, *initial.shape), initial.numpy().dtype)
    out[0] = initial.numpy()
    if upstream is None:
        feedforward = np.zeros((module.units, 0), out.dtype)
        read = np.zeros((0, 0, 0), out.dtype)
    else:
        feedforward = module.feedforward.detach().contiguous().numpy()
        read = read_by_step(upstream, module.delay).contiguous().numpy()
    slope = out.dtype.type(module.negative_slope)
    inside = module.leak == "inside"
    with tiny_numbers(zero=False):
        loops.steps(out, *arrays, feedforward, read, slope, inside)
    return torch.from_numpy(out)
