"""The recurrence of one module and its gradient through time, fused for one CPU core.

Same equations as `dynamics.py`, which is the reference these are tested against. The loops are in
`loops.py`; here is their torch side: one `autograd.Function`, so that optimiser, loss and clipping
stay torch's own. Set-up compiles both precisions (`python -m modgrow compile`), cached on disk.
"""

import functools

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from modgrow.model import loops
from modgrow.model.loops import BLOCK, LANES

loops.compile_all()


class _FinalState(torch.autograd.Function):
    """The state after the last bit; its gradient reaches every weight and the initial state."""

    @staticmethod
    def forward(ctx, bits, initial, upstream, input, recurrent, feedforward, bias, tau, slope, leak):
        weights = _Weights(input, recurrent, feedforward, bias, tau)
        workspace = _take_workspace((2 * len(bits) + 1) * initial.numel(), initial.dtype)
        states, drive = _split(workspace, len(bits), initial)
        states[0] = initial
        weights.forward(states, drive, bits, upstream, slope, leak)
        ctx.save_for_backward(bits, initial, upstream, tau)
        ctx.workspace, ctx.weights, ctx.slope, ctx.leak = workspace, weights, slope, leak
        return states[-1].clone()

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, gradient):
        bits, initial, upstream, tau = ctx.saved_tensors
        if ctx.needs_input_grad[2]:
            raise NotImplementedError("modules upstream are frozen: their activity has no gradient")
        if ctx.workspace is None:
            raise RuntimeError("the activity of this forward pass was used up by an earlier backward pass")
        states, drive = _split(ctx.workspace, len(bits), initial)
        gradient = gradient.clone(memory_format=torch.contiguous_format)
        sums = ctx.weights.backward(gradient, states, drive, bits, upstream, ctx.slope, ctx.leak)
        _spare_workspaces.append(ctx.workspace)
        ctx.workspace = None
        d_input, d_bias, d_rate, d_recurrent, d_feedforward = sums
        d_tau = torch.where(tau >= 1.0, -d_rate / tau**2, 0.0)
        return None, gradient, None, d_input, d_recurrent, d_feedforward, d_bias, d_tau, None, None


_spare_workspaces: list[Tensor] = []


def _take_workspace(size: int, dtype: torch.dtype) -> Tensor:
    """Memory for one forward pass, reused once its backward pass is done.

    Fresh pages cost more than the arithmetic of a small module. Sizes are powers of two, since holes
    of ever larger sizes, as sequences grow, would add up.
    """
    while _spare_workspaces:
        spare = _spare_workspaces.pop()
        if spare.numel() >= size and spare.dtype == dtype:
            return spare
    return torch.empty(1 << (size - 1).bit_length(), dtype=dtype)


def _split(workspace: Tensor, time: int, initial: Tensor) -> tuple[Tensor, Tensor]:
    """States 0 to `time` and the drive of every step, in one workspace."""
    rows = workspace[: (2 * time + 1) * initial.numel()].view(-1, *initial.shape)
    return rows[: time + 1], rows[time + 1 :]


class _Weights:
    """The weights of one module as the kernels want them: cut into blocks, diagonal removed."""

    def __init__(self, input, recurrent, feedforward, bias, tau):
        self.vectors = torch.stack([input, bias, 1.0 / tau.clamp(min=1.0)]).numpy()
        self.dtype, self.units = self.vectors.dtype, len(tau)
        others = recurrent.numpy().copy()
        np.fill_diagonal(others, 0)
        self.recurrent_cut = _cut(self.units, self.units)
        self.recurrent = self.recurrent_cut.blocks(others)
        self.feedforward_cut = _cut(self.units, 0 if feedforward is None else feedforward.shape[1])
        flat = np.empty((self.units, 0), self.dtype) if feedforward is None else feedforward.numpy()
        self.feedforward = self.feedforward_cut.blocks(flat)

    def forward(self, states, drive, bits, upstream, slope, leak):
        """Fill `states[1:]`; `drive` has one row per step, or a single one where none is to be kept."""
        loops.forward(
            _flat(states), _flat(drive), bits.numpy(), self._upstream(upstream),
            self.recurrent, self.feedforward, self.recurrent_cut.rows, self.feedforward_cut.columns,
            self.vectors, self.dtype.type(slope), leak == "inside",
        )  # fmt: skip

    def backward(self, gradient, states, drive, bits, upstream, slope, leak):
        """Gradients of input, bias, rate, recurrent and feedforward (None without upstream)."""
        d_vectors = np.zeros_like(self.vectors)
        d_recurrent, d_feedforward = np.zeros_like(self.recurrent), np.zeros_like(self.feedforward)
        loops.backward(
            gradient.view(-1).numpy(), _flat(states), _flat(drive), bits.numpy(), self._upstream(upstream),
            np.ascontiguousarray(self.recurrent.transpose(1, 0, 3, 2)), d_recurrent, d_feedforward,
            self.recurrent_cut.rows, self.feedforward_cut.columns,
            self.vectors, d_vectors, self.dtype.type(slope), leak == "inside",
        )  # fmt: skip
        whole = self.recurrent_cut.whole(d_recurrent)
        np.fill_diagonal(whole, 0)
        below = None if upstream is None else torch.from_numpy(self.feedforward_cut.whole(d_feedforward))
        return (*torch.from_numpy(d_vectors), torch.from_numpy(whole), below)

    def _upstream(self, upstream):
        return np.empty((0, 0), self.dtype) if upstream is None else _flat(upstream)


def _flat(states: Float[Tensor, "time unit sequence"]) -> np.ndarray:
    """The same memory as (time, unit x sequence)."""
    return states.view(len(states), -1).numpy()


class _Cut:
    """A (to, from) matrix cut into 5 x 5 blocks; the last ones overlap where five does not divide."""

    def __init__(self, units: int, columns: int):
        self.shape = (units, columns)
        self.rows, fresh_rows = _starts(units)
        self.columns, fresh_columns = _starts(columns)
        to = (self.rows[:, None] + np.arange(BLOCK))[:, None, :, None]
        source = (self.columns[:, None] + np.arange(BLOCK))[None, :, None, :]
        self.index = to * columns + source
        self.fresh = fresh_rows[:, None, :, None] & fresh_columns[None, :, None, :]

    def blocks(self, matrix: np.ndarray) -> np.ndarray:
        """(row block, column block, 5, 5), every entry of the matrix in exactly one block."""
        blocks = matrix.ravel()[self.index]
        return blocks if self.fresh.all() else np.where(self.fresh, blocks, matrix.dtype.type(0))

    def whole(self, blocks: np.ndarray) -> np.ndarray:
        """The matrix again, from blocks that agree where they overlap."""
        matrix = np.empty(self.shape, blocks.dtype)
        matrix.ravel()[self.index] = blocks
        return matrix


_cut = functools.cache(_Cut)


def _starts(size: int) -> tuple[np.ndarray, np.ndarray]:
    """Where blocks start, and which of their five entries no earlier block has covered."""
    starts = np.minimum(np.arange(0, size, BLOCK), max(size - BLOCK, 0))
    fresh = starts[:, None] + np.arange(BLOCK) >= np.arange(0, size, BLOCK)[:, None]
    return starts, fresh


def final_state(
    bits: Float[Tensor, "time sequence"],
    initial: Float[Tensor, "unit sequence"],
    upstream: Float[Tensor, "states upstream_unit sequence"] | None,
    weights: dict[str, Tensor | None],
    negative_slope: float = 0.01,
    leak: str = "outside",
) -> Float[Tensor, "unit sequence"]:
    """The last row of `dynamics.run`, differentiable in every weight and in `initial`.

    `weights` are the keyword arguments `input`, `recurrent`, `feedforward`, `bias`, `tau` of
    `dynamics.run`. Order (time x unit^2 x sequence); memory for two arrays of activity.
    Raises NotImplementedError if a gradient of `upstream` is asked for.
    """
    if not torch.is_grad_enabled():
        return _run(bits, initial, upstream, weights, negative_slope, leak, 2)[len(bits) % 2]
    units, sequences = initial.shape
    initial, upstream, weights = _at_least_a_block(initial, upstream, weights)
    named = [weights[key] for key in ("input", "recurrent", "feedforward", "bias", "tau")]
    parts = [
        _FinalState.apply(*lanes, *named, negative_slope, leak)
        for lanes in _in_lanes(bits, initial, upstream)
    ]
    final = parts[0] if len(parts) == 1 else torch.cat(parts, -1)
    return final[:units, :sequences]


@torch.no_grad()
def activity(
    bits: Float[Tensor, "time sequence"],
    initial: Float[Tensor, "unit sequence"],
    upstream: Float[Tensor, "states upstream_unit sequence"] | None,
    weights: dict[str, Tensor | None],
    negative_slope: float = 0.01,
    leak: str = "outside",
    out: Float[Tensor, "states unit sequence"] | None = None,
) -> Float[Tensor, "states unit sequence"]:
    """`dynamics.run` without a gradient: every state, the initial one first; in `out` if it can serve."""
    return _run(bits, initial, upstream, weights, negative_slope, leak, len(bits) + 1, out)


def _run(bits, initial, upstream, weights, negative_slope, leak, keep, out=None):
    """The last `keep` states, state t in row t modulo `keep`."""
    units, sequences = initial.shape
    initial, upstream, weights = _at_least_a_block(initial, upstream, weights)
    blocks, parts = _Weights(**weights), []
    for lane_bits, start, below in _in_lanes(bits, initial, upstream):
        fits = out is not None and out.shape == (keep, *start.shape)
        states = out if fits else torch.empty(keep, *start.shape, dtype=start.dtype)
        states[0] = start
        blocks.forward(states, torch.empty_like(states[:1]), lane_bits, below, negative_slope, leak)
        parts.append(states)
    whole = parts[0] if len(parts) == 1 else torch.cat(parts, -1)
    return whole[:, :units, :sequences]


def _in_lanes(bits, initial, upstream):
    """The sequences in groups of LANES, the last filled up with zeros; a whole batch is not copied."""
    for first in range(0, bits.shape[1], LANES):
        some = slice(first, first + LANES)
        missing = max(first + LANES - bits.shape[1], 0)
        group = (bits[:, some], initial[:, some], None if upstream is None else upstream[..., some])
        if missing:
            group = (None if x is None else F.pad(x, (0, missing)) for x in group)
        yield tuple(None if x is None else x.contiguous() for x in group)


def _at_least_a_block(initial, upstream, weights):
    """Fewer than five units are padded with silent ones that nothing reads."""
    more = max(BLOCK - len(initial), 0)
    below = 0 if upstream is None else max(BLOCK - upstream.shape[1], 0)
    if more or below:
        weights = dict(weights)
        initial = F.pad(initial, (0, 0, 0, more))
        for key in ("input", "bias"):
            weights[key] = F.pad(weights[key], (0, more))
        weights["tau"] = F.pad(weights["tau"], (0, more), value=1.0)
        weights["recurrent"] = F.pad(weights["recurrent"], (0, more, 0, more))
        if upstream is not None:
            weights["feedforward"] = F.pad(weights["feedforward"], (0, below, 0, more))
            upstream = F.pad(upstream, (0, 0, 0, below))
    return initial, upstream, weights
