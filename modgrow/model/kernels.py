"""The recurrence of one module and its gradient through time, fused for one CPU core (numba).

Same equations as `dynamics.py`, which is the reference these are tested against. Arrays are
(time, unit, sequence) with sequences contiguous: they are the vector lanes. All products go through
two routines on 5 x 5 blocks of weights: 25 weights (or 25 sums) stay in registers while the inner
loop runs over the sequences, which compilers turn into pure fused multiply-adds. Five divides every
module size of the paper; a size that is not a multiple of five has its last block start earlier, so
that it overlaps the one before, with zeros where a weight was already used.

Set-up compiles both precisions (`python -m modgrow compile`); the result is cached on disk.
"""

import contextlib
import functools
import os
import tempfile
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from filelock import FileLock
from jaxtyping import Float
from numba import boolean, float32, float64, int64, njit
from torch import Tensor

BLOCK = 5
LANES = 256  # sequences a kernel works on at once: the paper's batch
FASTMATH = {"contract", "reassoc", "nsz", "arcp"}  # NaN and infinity keep their meaning


def _jit(function):
    return njit(function, fastmath=FASTMATH, cache=True, error_model="numpy", nogil=True)


@_jit
def _product(out, block, x):
    """out += block @ x for five rows of each."""
    a0, a1, a2, a3, a4 = block[0, 0], block[0, 1], block[0, 2], block[0, 3], block[0, 4]
    b0, b1, b2, b3, b4 = block[1, 0], block[1, 1], block[1, 2], block[1, 3], block[1, 4]
    c0, c1, c2, c3, c4 = block[2, 0], block[2, 1], block[2, 2], block[2, 3], block[2, 4]
    d0, d1, d2, d3, d4 = block[3, 0], block[3, 1], block[3, 2], block[3, 3], block[3, 4]
    e0, e1, e2, e3, e4 = block[4, 0], block[4, 1], block[4, 2], block[4, 3], block[4, 4]
    for s in range(LANES):
        x0, x1, x2 = x[s], x[LANES + s], x[2 * LANES + s]
        x3, x4 = x[3 * LANES + s], x[4 * LANES + s]
        out[s] += a0 * x0 + a1 * x1 + a2 * x2 + a3 * x3 + a4 * x4
        out[LANES + s] += b0 * x0 + b1 * x1 + b2 * x2 + b3 * x3 + b4 * x4
        out[2 * LANES + s] += c0 * x0 + c1 * x1 + c2 * x2 + c3 * x3 + c4 * x4
        out[3 * LANES + s] += d0 * x0 + d1 * x1 + d2 * x2 + d3 * x3 + d4 * x4
        out[4 * LANES + s] += e0 * x0 + e1 * x1 + e2 * x2 + e3 * x3 + e4 * x4


@_jit
def _outer(sums, y, x):
    """sums += y @ x.T for five rows of each, the sum running over the sequences."""
    zero = sums.dtype.type(0)
    a0 = a1 = a2 = a3 = a4 = b0 = b1 = b2 = b3 = b4 = c0 = c1 = c2 = c3 = c4 = zero
    d0 = d1 = d2 = d3 = d4 = e0 = e1 = e2 = e3 = e4 = zero
    for s in range(LANES):
        y0, y1, y2 = y[s], y[LANES + s], y[2 * LANES + s]
        y3, y4 = y[3 * LANES + s], y[4 * LANES + s]
        x0, x1, x2 = x[s], x[LANES + s], x[2 * LANES + s]
        x3, x4 = x[3 * LANES + s], x[4 * LANES + s]
        a0, a1, a2, a3, a4 = a0 + y0 * x0, a1 + y0 * x1, a2 + y0 * x2, a3 + y0 * x3, a4 + y0 * x4
        b0, b1, b2, b3, b4 = b0 + y1 * x0, b1 + y1 * x1, b2 + y1 * x2, b3 + y1 * x3, b4 + y1 * x4
        c0, c1, c2, c3, c4 = c0 + y2 * x0, c1 + y2 * x1, c2 + y2 * x2, c3 + y2 * x3, c4 + y2 * x4
        d0, d1, d2, d3, d4 = d0 + y3 * x0, d1 + y3 * x1, d2 + y3 * x2, d3 + y3 * x3, d4 + y3 * x4
        e0, e1, e2, e3, e4 = e0 + y4 * x0, e1 + y4 * x1, e2 + y4 * x2, e3 + y4 * x3, e4 + y4 * x4
    for row, values in enumerate(
        (
            (a0, a1, a2, a3, a4),
            (b0, b1, b2, b3, b4),
            (c0, c1, c2, c3, c4),
            (d0, d1, d2, d3, d4),
            (e0, e1, e2, e3, e4),
        )
    ):
        for column, value in enumerate(values):
            sums[row, column] += value


@_jit
def _rows(array, first, count):
    """`count` units of a flat (unit x sequence) array, from unit `first` on."""
    return array[first * LANES : (first + count) * LANES]


@_jit
def _multiply_add(out, blocks, rows, columns, x):
    """out += W @ x with W cut into blocks that start at `rows` and `columns`."""
    for p in range(len(rows)):
        for q in range(len(columns)):
            _product(_rows(out, rows[p], BLOCK), blocks[p, q], _rows(x, columns[q], BLOCK))


@_jit
def _outer_add(sums, rows, columns, y, x):
    """sums += y @ x.T, in the same cut."""
    for p in range(len(rows)):
        for q in range(len(columns)):
            _outer(sums[p, q], _rows(y, rows[p], BLOCK), _rows(x, columns[q], BLOCK))


@_jit
def _forward(states, drive, bits, upstream, recurrent, feedforward, rows, columns, vectors, slope, inside):
    """Fill states[1:] from states[0]; keep the drive of every step where `drive` has room for it."""
    one = states.dtype.type(1)
    for t in range(len(bits)):
        now, bit = drive[t % len(drive)], bits[t]
        for i in range(vectors.shape[1]):
            weight, bias, row = vectors[0, i], vectors[1, i], _rows(now, i, 1)
            for s in range(LANES):
                row[s] = bias + weight * bit[s]
        _multiply_add(now, recurrent, rows, rows, states[t])
        if len(columns):
            _multiply_add(now, feedforward, rows, columns, upstream[t])
        for i in range(vectors.shape[1]):
            rate, keep = vectors[2, i], one - vectors[2, i]
            row, before, after = _rows(now, i, 1), _rows(states[t], i, 1), _rows(states[t + 1], i, 1)
            for s in range(LANES):
                if inside:
                    x = keep * before[s] + rate * row[s]
                    after[s] = x if x >= 0 else slope * x
                else:
                    x = row[s] if row[s] >= 0 else slope * row[s]
                    after[s] = keep * before[s] + rate * x


@_jit
def _backward(
    gradient, states, drive, bits, upstream, transposed, d_recurrent, d_feedforward, rows, columns,
    vectors, d_vectors, slope, inside,
):  # fmt: skip
    """From the gradient of the final state to that of every weight; `gradient` ends as that of r(0)."""
    zero, one = gradient.dtype.type(0), gradient.dtype.type(1)
    d_drive = np.empty_like(gradient)
    for t in range(len(bits) - 1, -1, -1):
        bit = bits[t]
        for i in range(vectors.shape[1]):
            rate, keep = vectors[2, i], one - vectors[2, i]
            row, before = _rows(drive[t], i, 1), _rows(states[t], i, 1)
            g, d = _rows(gradient, i, 1), _rows(d_drive, i, 1)
            d_input, d_bias, d_rate = zero, zero, zero
            for s in range(LANES):
                if inside:
                    x = g[s] if keep * before[s] + rate * row[s] >= 0 else slope * g[s]
                    d_rate += x * (row[s] - before[s])
                    g[s] = keep * x
                    x = rate * x
                else:
                    bend = one if row[s] >= 0 else slope
                    d_rate += g[s] * (bend * row[s] - before[s])
                    x = rate * bend * g[s]
                    g[s] = keep * g[s]
                d[s] = x
                d_input += x * bit[s]
                d_bias += x
            d_vectors[0, i] += d_input
            d_vectors[1, i] += d_bias
            d_vectors[2, i] += d_rate
        _outer_add(d_recurrent, rows, rows, d_drive, states[t])
        if len(columns):
            _outer_add(d_feedforward, rows, columns, d_drive, upstream[t])
        _multiply_add(gradient, transposed, rows, rows, d_drive)


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
    """Memory for one forward pass, reused once its backward pass is done: fresh pages cost more
    than the arithmetic of a small module."""
    while _spare_workspaces:
        spare = _spare_workspaces.pop()
        if spare.numel() >= size and spare.dtype == dtype:
            return spare
    return torch.empty(size, dtype=dtype)


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
        _forward(
            _flat(states), _flat(drive), bits.numpy(), self._upstream(upstream),
            self.recurrent, self.feedforward, self.recurrent_cut.rows, self.feedforward_cut.columns,
            self.vectors, self.dtype.type(slope), leak == "inside",
        )  # fmt: skip

    def backward(self, gradient, states, drive, bits, upstream, slope, leak):
        """Gradients of input, bias, rate, recurrent and feedforward (None without upstream)."""
        d_vectors = np.zeros_like(self.vectors)
        d_recurrent, d_feedforward = np.zeros_like(self.recurrent), np.zeros_like(self.feedforward)
        _backward(
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
) -> Float[Tensor, "states unit sequence"]:
    """`dynamics.run` without a gradient: every state, the initial one first."""
    units, sequences = initial.shape
    initial, upstream, weights = _at_least_a_block(initial, upstream, weights)
    blocks, parts = _Weights(**weights), []
    for lane_bits, start, below in _in_lanes(bits, initial, upstream):
        states = torch.empty(len(bits) + 1, *start.shape, dtype=start.dtype)
        states[0] = start
        blocks.forward(states, torch.empty_like(states[:1]), lane_bits, below, negative_slope, leak)
        parts.append(states)
    whole = parts[0] if len(parts) == 1 else torch.cat(parts, -1)
    return whole[:, :units, :sequences]


def _in_lanes(bits, initial, upstream):
    """The sequences in groups of exactly LANES, the last filled up with zeros; whole batches are not copied."""
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


def compile_all() -> None:
    """Compile both precisions, or load them from the disk cache where an earlier call left them."""
    for precision in (float32, float64):
        one, two, four = precision[::1], precision[:, ::1], precision[:, :, :, ::1]
        starts = int64[::1]
        with _cache_lock():
            _forward.compile((two, two, two, two, four, four, starts, starts, two, precision, boolean))
            _backward.compile(
                (one, two, two, two, two, four, four, four, starts, starts, two, two, precision, boolean)
            )
    _forward.disable_compile()
    _backward.disable_compile()


def cache_folder() -> Path:
    """Where the compiled kernels are kept."""
    return Path(_forward._cache.cache_path)


@contextlib.contextmanager
def _cache_lock():
    """numba's cache index does not bear two processes that write it at the same moment."""
    folder = cache_folder()
    writable = os.access(folder if folder.exists() else folder.parent, os.W_OK)
    with FileLock((folder if writable else Path(tempfile.gettempdir())) / "modgrow-kernels.lock"):
        yield


compile_all()
