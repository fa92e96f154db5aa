"""Loops over time for one CPU core, compiled by numba: the recurrence, its gradient, the step down it.

Flat arrays of (unit x sequence) with exactly LANES sequences, contiguous: they are the vector lanes,
and their number is a compile-time constant. The products over time go through two routines on 5 x 5 blocks of
weights: 25 weights (or 25 sums) stay in registers while the inner loop runs over the sequences, which
the compiler turns into pure fused multiply-adds. Five divides every module size of the paper; a size
it does not divide has its last block start earlier, so that it overlaps the one before, with zeros
where a weight was already used. `kernels.py`, `few.py` and `learning/descent.py` are the torch side of this.

What is called from Python is a kernel (`compiled.py`), for both precisions; the rest is compiled into those.
No kernel of training calls BLAS, whose last digits depend on its threads and on the processor that it sees.
"""

import math

import numpy as np
from numba import boolean, float32, float64, njit, types

from modgrow.model.compiled import kernel

BLOCK = 5
LANES = 256  # sequences a kernel works on at once: the paper's batch
NOT_NEGATIVE = 0xFFFFFF  # masking a row number tells the compiler that no index wraps around
FASTMATH = {"contract", "reassoc", "nsz", "arcp"}  # NaN and infinity keep their meaning
OPTIONS = {"fastmath": FASTMATH, "error_model": "numpy", "nogil": True}

_jit = njit(**OPTIONS)


def _tensors(one):
    return types.UniTuple(one, 7)


def _kernel(types_of, **options):
    """A kernel for both precisions; `types_of` takes a scalar and arrays of one, two and three axes."""
    told = [types_of(x, x[::1], x[:, ::1], x[:, :, ::1]) for x in (float32, float64)]
    return kernel(*told, **{**OPTIONS, **options})


@_jit
def _product(out, i, block, x, j):
    """out[i:i+5] += block @ x[j:j+5], rows being units.

    Written out, since only then do all 25 weights stay in registers: row a goes to out[i], b to out[i+1], ...
    """
    a0, a1, a2, a3, a4 = block[0, 0], block[0, 1], block[0, 2], block[0, 3], block[0, 4]
    b0, b1, b2, b3, b4 = block[1, 0], block[1, 1], block[1, 2], block[1, 3], block[1, 4]
    c0, c1, c2, c3, c4 = block[2, 0], block[2, 1], block[2, 2], block[2, 3], block[2, 4]
    d0, d1, d2, d3, d4 = block[3, 0], block[3, 1], block[3, 2], block[3, 3], block[3, 4]
    e0, e1, e2, e3, e4 = block[4, 0], block[4, 1], block[4, 2], block[4, 3], block[4, 4]
    i, j = (i & NOT_NEGATIVE) * LANES, (j & NOT_NEGATIVE) * LANES
    for s in range(LANES):
        x0, x1, x2 = x[j + s], x[j + LANES + s], x[j + 2 * LANES + s]
        x3, x4 = x[j + 3 * LANES + s], x[j + 4 * LANES + s]
        out[i + s] += a0 * x0 + a1 * x1 + a2 * x2 + a3 * x3 + a4 * x4
        out[i + LANES + s] += b0 * x0 + b1 * x1 + b2 * x2 + b3 * x3 + b4 * x4
        out[i + 2 * LANES + s] += c0 * x0 + c1 * x1 + c2 * x2 + c3 * x3 + c4 * x4
        out[i + 3 * LANES + s] += d0 * x0 + d1 * x1 + d2 * x2 + d3 * x3 + d4 * x4
        out[i + 4 * LANES + s] += e0 * x0 + e1 * x1 + e2 * x2 + e3 * x3 + e4 * x4


@_jit
def _outer(sums, y, i, x, j):
    """sums += y[i:i+5] @ x[j:j+5].T, the sum running over the sequences; written out as `_product` is."""
    zero = sums.dtype.type(0)
    a0 = a1 = a2 = a3 = a4 = b0 = b1 = b2 = b3 = b4 = c0 = c1 = c2 = c3 = c4 = zero
    d0 = d1 = d2 = d3 = d4 = e0 = e1 = e2 = e3 = e4 = zero
    i, j = (i & NOT_NEGATIVE) * LANES, (j & NOT_NEGATIVE) * LANES
    for s in range(LANES):
        y0, y1, y2 = y[i + s], y[i + LANES + s], y[i + 2 * LANES + s]
        y3, y4 = y[i + 3 * LANES + s], y[i + 4 * LANES + s]
        x0, x1, x2 = x[j + s], x[j + LANES + s], x[j + 2 * LANES + s]
        x3, x4 = x[j + 3 * LANES + s], x[j + 4 * LANES + s]
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
            _product(out, rows[p], blocks[p, q], x, columns[q])


@_jit
def _outer_add(sums, rows, columns, y, x):
    """sums += y @ x.T, in the same cut."""
    for p in range(len(rows)):
        for q in range(len(columns)):
            _outer(sums[p, q], y, rows[p], x, columns[q])


@_jit
def forward(states, drive, bits, read, recurrent, feedforward, rows, columns, vectors, slope, inside):
    """Step from states[0] on; states and drive are kept as far back as their arrays have rows.

    `read[t]` is what W^FF reads at step t; the other names are what `_prepare` returns.
    """
    one = states.dtype.type(1)
    input = vectors[0]
    biases = vectors[1]
    rates = vectors[2]
    for t in range(len(bits)):
        bit = bits[t]
        now = drive[t % len(drive)]
        state = states[t % len(states)]
        following = states[(t + 1) % len(states)]
        # the drive, eqs. 3 and 4: first what needs no product of matrices, which the products are added to
        for i in range(len(input)):
            weight = input[i]
            bias = biases[i]
            row = _rows(now, i, 1)
            for s in range(LANES):
                row[s] = bias + weight * bit[s]
        _multiply_add(now, recurrent, rows, rows, state)
        if len(columns):
            _multiply_add(now, feedforward, rows, columns, read[t])
        # the leak, eq. 1, or its variant inside the non-linearity
        for i in range(len(input)):
            rate = rates[i]
            keep = one - rate
            row = _rows(now, i, 1)
            before = _rows(state, i, 1)
            after = _rows(following, i, 1)
            for s in range(LANES):
                if inside:
                    x = keep * before[s] + rate * row[s]
                    after[s] = x if x >= 0 else slope * x
                else:
                    x = row[s] if row[s] >= 0 else slope * row[s]
                    after[s] = keep * before[s] + rate * x


@_jit
def backward(
    gradient, states, drive, bits, read, transposed, d_recurrent, d_feedforward, rows, columns,
    vectors, d_vectors, slope, inside,
):  # fmt: skip
    """From the gradient of the final state to that of every weight; `gradient` ends as that of r(0).

    Every step adds to `d_recurrent` and `d_feedforward` (in blocks) and to `d_vectors` (of W^I, b, 1/tau).
    `transposed` are the blocks of W^R transposed. The states read from upstream get no gradient: what
    made them is frozen.
    """
    zero = gradient.dtype.type(0)
    one = gradient.dtype.type(1)
    rates = vectors[2]
    d_inputs = d_vectors[0]
    d_biases = d_vectors[1]
    d_rates = d_vectors[2]
    d_drive = np.empty_like(gradient)
    for t in range(len(bits) - 1, -1, -1):
        bit = bits[t]
        for i in range(len(rates)):
            rate = rates[i]
            keep = one - rate
            row = _rows(drive[t], i, 1)
            before = _rows(states[t], i, 1)
            g = _rows(gradient, i, 1)  # of the state after step t; becomes what the leak hands back
            d = _rows(d_drive, i, 1)
            d_input = zero
            d_bias = zero
            d_rate = zero
            for s in range(LANES):
                if inside:
                    # r = [x], x = (1 - rate) r_before + rate c: dx/drate = c - r_before
                    x = g[s] if keep * before[s] + rate * row[s] >= 0 else slope * g[s]
                    d_rate += x * (row[s] - before[s])
                    g[s] = keep * x
                    x = rate * x
                else:
                    # r = (1 - rate) r_before + rate [c]: dr/drate = [c] - r_before, and [c] = bend c
                    bend = one if row[s] >= 0 else slope
                    d_rate += g[s] * (bend * row[s] - before[s])
                    x = rate * bend * g[s]
                    g[s] = keep * g[s]
                d[s] = x
                d_input += x * bit[s]
                d_bias += x
            d_inputs[i] += d_input
            d_biases[i] += d_bias
            d_rates[i] += d_rate
        _outer_add(d_recurrent, rows, rows, d_drive, states[t])
        if len(columns):
            _outer_add(d_feedforward, rows, columns, d_drive, read[t])
        # the other way back to the state before, through W^R
        _multiply_add(gradient, transposed, rows, rows, d_drive)


@_jit
def _starts(size):
    """Where the blocks of `size` rows start; the last starts early enough to end with them."""
    starts = np.arange(0, size, BLOCK)
    for p in range(len(starts)):
        starts[p] = min(starts[p], size - BLOCK)
    return starts


@_jit
def cut(matrix, shape, rows, columns, hollow):
    """Blocks (row block, column block, 5, 5) of a flat matrix, every entry in exactly one of them.

    Zero is what an earlier block has covered, what lies beyond the matrix, and the diagonal if `hollow`.
    A loop from p BLOCK on, not from rows[p], leaves out what the block before has covered.
    """
    blocks = np.zeros((len(rows), len(columns), BLOCK, BLOCK), matrix.dtype)
    for p in range(len(rows)):
        for q in range(len(columns)):
            for i in range(p * BLOCK, min(rows[p] + BLOCK, shape[0])):
                for j in range(q * BLOCK, min(columns[q] + BLOCK, shape[1])):
                    if not (hollow and i == j):
                        blocks[p, q, i - rows[p], j - columns[q]] = matrix[i * shape[1] + j]
    return blocks


@_jit
def join(blocks, shape, rows, columns, hollow, matrix):
    """Fill a flat matrix from blocks that agree where they overlap."""
    for p in range(len(rows)):
        for q in range(len(columns)):
            for i in range(p * BLOCK, min(rows[p] + BLOCK, shape[0])):
                for j in range(q * BLOCK, min(columns[q] + BLOCK, shape[1])):
                    value = blocks[p, q, i - rows[p], j - columns[q]]
                    matrix[i * shape[1] + j] = matrix.dtype.type(0) if hollow and i == j else value


@_jit
def _prepare(weights):
    """Blocks of W^R and W^FF with where they start, and per unit (W^I, b, 1 / tau).

    `weights` are flat: W^I, W^R, W^FF (empty in the first module), b, tau. Silent units fill a block up.
    """
    input, recurrent, feedforward, bias, tau = weights
    one = input.dtype.type(1)
    units = len(input)
    below = len(feedforward) // units
    rows = _starts(max(units, BLOCK))
    columns = _starts(max(below, BLOCK) if below else 0)
    vectors = np.zeros((3, max(units, BLOCK)), input.dtype)
    vectors[2] = 1  # a silent unit, driven by nothing, forgets at once
    for i in range(units):
        vectors[0, i] = input[i]
        vectors[1, i] = bias[i]
        vectors[2, i] = one if tau[i] < 1 else one / tau[i]  # so asked, NaN stays NaN
    recurrent_blocks = cut(recurrent, (units, units), rows, rows, True)
    feedforward_blocks = cut(feedforward, (units, below), rows, columns, False)
    return recurrent_blocks, feedforward_blocks, rows, columns, vectors


@_kernel(lambda x, one, two, three: (types.UniTuple(one, 5), two, two, two, x, boolean))
def activity(weights, states, bits, read, slope, inside):
    """Fill `states` from states[0] on: state t in row t modulo their number; W^FF reads read[t] at step t."""
    recurrent, feedforward, rows, columns, vectors = _prepare(weights)
    drive = np.empty((1, states.shape[1]), states.dtype)  # no gradient will ask for the drive of any step
    forward(states, drive, bits, read, recurrent, feedforward, rows, columns, vectors, slope, inside)


@_kernel(lambda x, one, two, three: (_tensors(one), _tensors(one), one, two, three, three, two, x, boolean))
def gradients(values, found, workspace, initial, bits, read, labels, slope, inside):
    """Fill `found` with the gradient of the loss by `values`; the loss.

    `values` and `found`, flat: W^I, W^R, W^FF (empty in the first module), b, tau, readout (head, logit,
    unit), its bias (head, logit). `labels` (head, sequence); all else has an axis of groups of LANES
    sequences in front. The loss is the cross-entropy of the two logits at the last step, mean over
    sequences, summed over heads: of the two logits it sees the difference alone, the margin.
    """
    input, _, feedforward_flat, _, tau, readout_flat, readout_bias = values
    _, found_recurrent, found_feedforward, _, _, _, _ = found
    units = len(input)
    below = len(feedforward_flat) // units
    heads = len(readout_bias) // 2
    time = bits.shape[1]

    recurrent, feedforward, rows, columns, vectors = _prepare(values[:5])
    transposed = np.ascontiguousarray(recurrent.transpose(1, 0, 3, 2))
    d_recurrent = np.zeros_like(recurrent)
    d_feedforward = np.zeros_like(feedforward)
    d_vectors = np.zeros_like(vectors)

    # margin = direction @ state + offset, per head: of two logits only the difference is asked for
    direction = _difference(readout_flat.reshape(heads, 2, units))
    offset = _difference(readout_bias.reshape(heads, 2, 1))
    answers = _starts(max(heads, BLOCK))
    readout = cut(direction.ravel(), (heads, units), answers, rows, False)
    readout_transposed = np.ascontiguousarray(readout.transpose(1, 0, 3, 2))
    d_readout = np.zeros_like(readout)
    d_offset = np.zeros_like(offset)

    size = initial.shape[1]
    states = workspace[: (time + 1) * size].reshape(time + 1, size)
    drive = workspace[(time + 1) * size : (2 * time + 1) * size].reshape(time, size)
    loss = 0.0
    for g in range(len(bits)):
        states[0] = initial[g]
        forward(
            states, drive, bits[g], read[g],
            recurrent, feedforward, rows, columns, vectors, slope, inside,
        )  # fmt: skip
        margin = np.zeros(max(heads, BLOCK) * LANES, initial.dtype)
        _multiply_add(margin, readout, answers, rows, states[time])
        loss += _cross_entropy(margin, offset, d_offset, labels, g * LANES)  # margin: now its gradient
        _outer_add(d_readout, answers, rows, margin, states[time])
        gradient = np.zeros_like(states[time])
        _multiply_add(gradient, readout_transposed, rows, answers, margin)
        backward(
            gradient, states, drive, bits[g], read[g],
            transposed, d_recurrent, d_feedforward, rows, columns, vectors, d_vectors, slope, inside,
        )  # fmt: skip

    d_direction = direction  # its memory serves again
    join(d_readout, (heads, units), answers, rows, False, d_direction.ravel())
    _collect(found, tau, d_vectors, d_direction, d_offset)
    join(d_recurrent, (units, units), rows, rows, True, found_recurrent)
    join(d_feedforward, (units, below), rows, columns, False, found_feedforward)
    return loss


@_jit
def _difference(logits):
    """Second minus first of two logits."""
    return logits[:, 1] - logits[:, 0]


@_jit
def _cross_entropy(margin, offset, d_offset, labels, first):
    """Loss of the sequences from `first` on; `margin`, flat (head x sequence), ends as its gradient.

    At margin m and label y the loss is log(1 + exp(m)) - m y and its derivative 1 / (1 + exp(-m)) - y, both
    written with exp(-|m|), which cannot overflow.
    """
    loss = 0.0
    one = margin.dtype.type(1)
    for h in range(len(labels)):
        row = _rows(margin, h, 1)
        for s in range(LANES):
            if first + s < labels.shape[1]:
                m = row[s] + offset[h, 0]
                y = labels[h, first + s]
                small = np.exp(-abs(m))
                loss += max(m, 0) - m * y + np.log1p(small)
                right = one / (one + small) if m >= 0 else small / (one + small)
                row[s] = (right - y) / labels.shape[1]
            else:
                row[s] = 0  # a lane that is filled up: no sequence, no gradient
        d_offset[h, 0] += row.sum()
    return loss / labels.shape[1]


@_jit
def _collect(found, tau, d_vectors, d_direction, d_offset):
    """All gradients but those of W^R and W^FF into their places; tau gets none where it is below 1."""
    d_input, _, _, d_bias, d_tau, d_readout, d_readout_bias = found
    units = len(d_input)
    for i in range(units):
        d_input[i] = d_vectors[0, i]
        d_bias[i] = d_vectors[1, i]
        # through the rate 1 / tau, whose derivative is -1 / tau^2
        d_tau[i] = -d_vectors[2, i] / tau[i] ** 2 if tau[i] >= 1 else tau.dtype.type(0)
    # the margin is the second logit minus the first: what one of them gains, the other loses
    for h in range(len(d_direction)):
        d_readout_bias[2 * h] = -d_offset[h, 0]
        d_readout_bias[2 * h + 1] = d_offset[h, 0]
        for i in range(units):
            d_readout[2 * h * units + i] = -d_direction[h, i]
            d_readout[(2 * h + 1) * units + i] = d_direction[h, i]


@_kernel(
    lambda x, one, two, three: (
        _tensors(one), _tensors(one), _tensors(one), boolean[::1], float64, float64, boolean, float64
    )
)  # fmt: skip
def descend(values, velocities, gradients, trains, learning_rate, momentum, nesterov, clip_norm):
    """One step of SGD down gradients whose norm over all that trains is clipped, as torch defines both."""
    total = 0.0
    for k in range(len(values)):
        if trains[k]:
            for g in gradients[k]:
                total += g * g
    scale = clip_norm / (math.sqrt(total) + 1e-6)  # the 1e-6 is torch's
    scale = 1.0 if scale > 1 else scale  # so asked, NaN stays NaN
    for k in range(len(values)):
        if trains[k]:
            value = values[k]
            velocity = velocities[k]
            gradient = gradients[k]
            for i in range(len(value)):
                g = scale * gradient[i]
                velocity[i] = momentum * velocity[i] + g
                value[i] -= learning_rate * (g + momentum * velocity[i] if nesterov else velocity[i])


@_kernel(
    lambda x, one, two, three: (three, two, one, one, one, two, two, three, x, boolean),
    fastmath=False,
)
def steps(out, recurrent, input, bias, rate, bits, feedforward, read, slope, inside):
    """Fill out[1:] from out[0], one product of matrices per step: for few sequences (`few.py`).

    `feedforward` has no columns in the first module; `read[t]` is what it reads at step t.
    """
    one = rate.dtype.type(1)
    for t in range(len(bits)):
        drive = np.dot(recurrent, out[t])
        if feedforward.shape[1]:
            drive += np.dot(feedforward, read[t])
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
