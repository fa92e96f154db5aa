"""The recurrence for few sequences: one matrix product per step, no gradient.

The fused kernels (`loops.py`) work on 256 sequences at once and fill up what is missing. A recording of
timescales has twenty, for 10^5 steps: there a plain step with a BLAS product is the fast way.
"""

import numpy as np
import torch
from jaxtyping import Float
from numba import njit
from torch import Tensor

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
        feedforward, below = np.zeros((module.units, 0), out.dtype), np.zeros((0, 0, 0), out.dtype)
    else:
        feedforward = module.feedforward.detach().contiguous().numpy()
        below = upstream.contiguous().numpy()
    _run(out, *arrays, feedforward, below, out.dtype.type(module.negative_slope), module.leak == "inside")
    return torch.from_numpy(out)


@njit(error_model="numpy")
def _run(out, recurrent, input, bias, rate, bits, feedforward, below, slope, inside):
    """Fill out[1:] from out[0]."""
    one = rate.dtype.type(1)
    for t in range(len(bits)):
        drive = np.dot(recurrent, out[t])
        if feedforward.shape[1]:
            drive += np.dot(feedforward, below[t])
        for i in range(out.shape[1]):
            keep = one - rate[i]
            for s in range(out.shape[2]):
                x = drive[i, s] + input[i] * bits[t, s] + bias[i]
                if inside:
                    x = keep * out[t, i, s] + rate[i] * x
                    out[t + 1, i, s] = x if x >= 0 else slope * x
                else:
                    x = x if x >= 0 else slope * x
                    out[t + 1, i, s] = keep * out[t, i, s] + rate[i] * x
