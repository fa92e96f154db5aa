"""Loops over time for one CPU core, compiled by numba: the recurrence, its gradient, the step down it.

A module is one matrix: [W^R, W^FF, W^I, b] times the column of all that it reads, its own state, the state
upstream, the bit and a one, is its drive (eqs. 3 and 4); and the gradient of all of them is one outer
product, of the drive's gradient with that column. Sequences go through in strips of STRIP: one strip through
all of time and back, then the next, so that what the way back needs is still in the second cache.
Strips, and the products on them, are those of `vectors.py`; `kernels.py` and `learning/descent.py` are the
torch side of this.

What is called from Python is a kernel (`compiled.py`), for both precisions; the rest is compiled into those.
No kernel calls BLAS, whose last digits depend on its threads and on the processor that it sees.
"""

import math

import numpy as np
from numba import boolean, float32, float64, int64, njit, types, uint16

from modgrow.model import vectors
from modgrow.model.compiled import kernel
from modgrow.model.vectors import STRIP, choose, fill, fma, load, negative, number, put, store

LEAST = vectors.ROWS[0]  # rows of the smallest tile: fewer units are filled up with silent ones
IN_CACHE = 1 << 15  # numbers of the drive's gradient that are kept before they are summed into the weights'
# A product and a sum may become one instruction, and no more: sums run in the same order on every processor.
OPTIONS = {"fastmath": {"contract"}, "error_model": "numpy", "nogil": True}

_jit = njit(**OPTIONS, forceinline=True)


def _tensors(one):
    return types.UniTuple(one, 7)


def _kernel(types_of, **options):
    """A kernel for both precisions; `types_of` takes a scalar and arrays of one, two and three axes."""
    told = [types_of(x, x[::1], x[:, ::1], x[:, :, ::1]) for x in (float32, float64)]
    return kernel(*told, **{**OPTIONS, **options})


@_jit
def _multiply_add(out, start, panels, x, x_at):
    """out = start + W @ x, of W what `_panels` makes and of x the strip at `x_at`."""
    tiles, columns, tile = panels.shape
    rows = len(out) // STRIP
    for p in range(tiles):
        at = min(p * tile, rows - tile) * STRIP
        vectors.product(tile, out, start, at, panels, p * columns * tile, x, x_at, columns)


@_jit
def _panels(matrix, adds_up):
    """A matrix in tiles of (column x row), for `_multiply_add`.

    The last tile starts early enough to end with the matrix; what it shares with the one before is computed
    twice, or, where `out` adds up in the place of `start`, has zeros. Of a tile's rows that number is taken
    which reads the fewest numbers: a weight for each row, and a strip of two vectors for all of them.
    """
    rows, columns = matrix.shape
    tile = LEAST
    for more in vectors.ROWS:
        if more <= rows and -(-rows // more) * (more + 2) < -(-rows // tile) * (tile + 2):
            tile = more
    found = np.zeros((-(-rows // tile), columns, tile), matrix.dtype)
    for p in range(len(found)):
        start = min(p * tile, rows - tile)
        for i in range(p * tile if adds_up else start, start + tile):
            for j in range(columns):
                found[p, j, i - start] = matrix[i, j]
    return found


@_jit
def _shape(rows, columns):
    """Which of `vectors.TILES` covers a matrix of sums with the fewest left over."""
    best = 0
    fewest = 1 << 62
    for k in range(len(vectors.TILES)):
        height, breadth = vectors.TILES[k]
        sums = -(-rows // height) * height * -(-columns // breadth) * breadth
        if sums < fewest:
            best = k
            fewest = sums
    return best


@_jit
def _no_sums(rows, columns, like):
    """Zeros for `_outer_add`: (tile down, tile across, sums of a tile and what fills a vector up)."""
    height, breadth = vectors.TILES[_shape(rows, columns)]
    size = -(-height * breadth // vectors.width(like)) * vectors.width(like)
    return np.zeros((-(-rows // height), -(-columns // breadth), size), like.dtype)


@_jit
def _outer_add(sums, y, rows, y_step, x, x_at, columns, x_step, steps):
    """sums += y @ x.T over `steps` pairs of strips, which lie `y_step` and `x_step` numbers apart."""
    shape = _shape(rows, columns)
    height, breadth = vectors.TILES[shape]
    down, across, size = sums.shape
    for p in range(down):
        y_at = min(p * height, rows - height) * STRIP
        for q in range(across):
            at = (p * across + q) * size
            here = x_at + min(q * breadth, columns - breadth) * STRIP
            vectors.outer(shape, sums, at, y, y_at, y_step, x, here, x_step, steps)


@_jit
def _matrix(sums, rows, columns):
    """The matrix that `_outer_add` has summed."""
    height, breadth = vectors.TILES[_shape(rows, columns)]
    found = np.empty((rows, columns), sums.dtype)
    for i in range(rows):
        p = i // height
        a = i - min(p * height, rows - height)
        for j in range(columns):
            q = j // breadth
            b = j - min(q * breadth, columns - breadth)
            found[i, j] = sums[p, q, a * breadth + b]
    return found


@_jit
def _prepare(weights):
    """A module as one matrix, [W^R, W^FF, W^I, b] (the diagonal of W^R zero), and its rates 1 / tau.

    `weights` are flat: W^I, W^R, W^FF (empty in the first module), b, tau. A silent unit, which fills a tile
    up, is driven by nothing and forgets at once.
    """
    input, recurrent, feedforward, bias, tau = weights
    one = input.dtype.type(1)
    units = len(input)
    rows = max(units, LEAST)
    below = len(feedforward) // units
    matrix = np.zeros((rows, rows + below + 2), input.dtype)
    rates = np.ones(rows, input.dtype)
    for i in range(units):
        for j in range(units):
            if i != j:
                matrix[i, j] = recurrent[i * units + j]
        for j in range(below):
            matrix[i, rows + j] = feedforward[i * below + j]
        matrix[i, rows + below] = input[i]
        matrix[i, rows + below + 1] = bias[i]
        rates[i] = one if tau[i] < 1 else one / tau[i]  # so asked, NaN stays NaN
    return matrix, rates


@_jit
def _take(x, at, array, row, first):
    """Copy a strip of row `row` from sequence `first` on; missing ones become copies of the last."""
    sequences = array.shape[-1]
    start = row * sequences
    if first + STRIP <= sequences:
        for s in range(0, STRIP, vectors.width(x)):
            store(x, at + s, load(array, start + first + s))
    else:
        for s in range(STRIP):
            put(x, at + s, number(array, start + min(first + s, sequences - 1)))


@_jit
def _give(array, row, first, x, at):
    """Copy a strip back, without what fills it up."""
    sequences = array.shape[-1]
    start = row * sequences
    if first + STRIP <= sequences:
        for s in range(0, STRIP, vectors.width(x)):
            store(array, start + first + s, load(x, at + s))
    else:
        for s in range(sequences - first):
            put(array, start + first + s, number(x, at + s))


@_jit
def _read(x, at, units, bits, read, t, first):
    """All that a module reads at step t beside its own state: the state upstream, the bit, a one."""
    below = read.shape[1]
    for j in range(below):
        _take(x, at + (units + j) * STRIP, read, t * below + j, first)
    _take(x, at + (units + below) * STRIP, bits, t, first)
    for s in range(0, STRIP, vectors.width(x)):
        store(x, at + (units + below + 1) * STRIP + s, fill(x.dtype.type(1)))


@_jit
def _begin(x, at, units, initial, first):
    """A strip of the initial states; silent units start at zero."""
    for i in range(units):
        if i < len(initial):
            _take(x, at + i * STRIP, initial, i, first)
        else:
            for s in range(i * STRIP, (i + 1) * STRIP, vectors.width(x)):
                store(x, at + s, fill(x.dtype.type(0)))


@_jit
def _step(x, now, after, drive, biases, panels, rates, slope, inside, signs, mark):
    """Equations 1 to 4 for one strip: from the column of x at `now` to the state at `after`.

    A bit of `signs` from `mark` on is set where the non-linearity bends.
    """
    one = x.dtype.type(1)
    width = vectors.width(x)
    slopes = fill(slope)
    _multiply_add(drive, biases, panels, x, now)
    for i in range(len(rates)):
        rate = fill(rates[i])
        keep = fill(one - rates[i])
        for s in range(i * STRIP, (i + 1) * STRIP, width):
            before = load(x, now + s)
            c = load(drive, s)
            if inside:
                c = fma(keep, before, rate * c)
                bends = negative(c)
                store(x, after + s, choose(bends, slopes * c, c))
            else:
                bends = negative(c)
                store(x, after + s, fma(keep, before, rate * choose(bends, slopes * c, c)))
            put(signs, mark + s // width, bends)


@_jit
def _step_back(gradient, d_drive, d_rates, x, now, after, rates, slope, inside, signs, mark):
    """From the gradient of the state at `after` to that of the drive, and on to what the leak hands back.

    dr/drate is [c] - r_before outside and, with the leak inside, the bend times c - r_before. Both are a
    difference of the two states over the rate, so that no drive is kept; `d_rates` leaves out that division.
    """
    one = x.dtype.type(1)
    width = vectors.width(x)
    ones = fill(one)
    slopes = fill(slope)
    for i in range(len(rates)):
        rate = fill(rates[i])
        keep = fill(one - rates[i])
        for s in range(i * STRIP, (i + 1) * STRIP, width):
            bend = choose(number(signs, mark + s // width), slopes, ones)
            g = load(gradient, s)
            before = load(x, now + s)
            bent = bend * g
            store(d_drive, s, rate * bent)
            if inside:
                change = load(x, after + s) - bend * before
                store(gradient, s, keep * bent)
            else:
                change = load(x, after + s) - before
                store(gradient, s, keep * g)
            store(d_rates, s, fma(g, change, load(d_rates, s)))


@_kernel(lambda x, one, two, three: (types.UniTuple(one, 5), three, two, two, three, x, boolean))
def activity(weights, out, initial, bits, read, slope, inside):
    """Fill `out` with state t in row t, or with the last alone if it has one row.

    W^FF reads read[t] at step t. `out` may be the memory that is read: row t is written once row t was read.
    """
    matrix, rates = _prepare(weights)
    rows, columns = matrix.shape
    panels = _panels(np.ascontiguousarray(matrix[:, : columns - 1]), False)
    biases = _repeated(matrix[:, columns - 1])
    units = len(weights[0])
    time, sequences = bits.shape
    size = columns * STRIP
    both = 2 * size  # of a strip: what is read now, and what will be
    x = _aligned(-(-sequences // STRIP) * both, matrix)
    drive = _aligned(rows * STRIP, matrix)
    signs = np.empty(rows * STRIP // vectors.width(drive), np.uint16)
    for first in range(0, sequences, STRIP):
        _begin(x, first // STRIP * both, rows, initial, first)
    for t in range(time + 1):
        # all strips of a step, so that upstream is read from one end to the other
        for first in range(0, sequences, STRIP):
            now = first // STRIP * both + t % 2 * size
            after = first // STRIP * both + (t + 1) % 2 * size
            if t < time:
                _read(x, now, rows, bits, read, t, first)
            if len(out) > 1 or t == time:
                for i in range(units):
                    _give(out, (t % len(out)) * units + i, first, x, now + i * STRIP)
            if t < time:
                _step(x, now, after, drive, biases, panels, rates, slope, inside, signs, 0)


@_jit
def _repeated(numbers):
    """A strip with the same number in all of a row."""
    found = _aligned(len(numbers) * STRIP, numbers)
    for i in range(len(numbers)):
        for s in range(STRIP):
            found[i * STRIP + s] = numbers[i]
    return found


@_kernel(lambda x, one, two, three: (three, three, two, one))
def margins(out, states, direction, offset):
    """out[h, t] = direction[h] @ states[t] - offset[h]: how far heads are from the other answer."""
    for h in range(len(direction)):
        for t in range(len(states)):
            row = out[h, t]
            row[:] = -offset[h]
            for i in range(direction.shape[1]):
                weight = direction[h, i]
                state = states[t, i]
                for s in range(len(row)):
                    row[s] += weight * state[s]


@_jit
def _aligned(size, like):
    """Memory from a multiple of 64 bytes on: a vector that lies across two lines of the cache costs twice."""
    found = np.empty(size + vectors.width(like), like.dtype)
    start = (-found.ctypes.data // found.itemsize) % vectors.width(like)
    return found[start : start + size]


@_jit
def _gradients(values, found, workspace, signs, initial, bits, read, labels, slope, inside):
    """See `gradients`."""
    matrix, rates = _prepare(values[:5])
    rows, columns = matrix.shape
    panels = _panels(np.ascontiguousarray(matrix[:, : columns - 1]), False)
    biases = _repeated(matrix[:, columns - 1])
    back = _panels(np.ascontiguousarray(matrix[:, :rows].T), True)
    direction, offset = _directions(values, rows)
    readout = _panels(direction, True)
    readout_back = _panels(np.ascontiguousarray(direction.T), True)
    sums = _no_sums(rows, columns, matrix)
    readout_sums = _no_sums(len(direction), rows, matrix)
    d_offset = np.zeros(len(direction), matrix.dtype)

    time, sequences = bits.shape
    height = rows * STRIP
    size = _spread(columns, vectors.width(matrix))
    d_size = _spread(rows, vectors.width(matrix))
    block = min(max(IN_CACHE // d_size, 16), time)  # steps whose gradients are summed at once
    x, d_drive, drive, gradient, d_rate, margin = _parts(
        workspace, (time + 1) * size, block * d_size, height, height, height, len(direction) * STRIP
    )
    marks = height // vectors.width(x)
    d_rate[:] = 0
    loss = 0.0
    right = 0
    for first in range(0, sequences, STRIP):
        _begin(x, 0, rows, initial, first)
        for t in range(time):
            _read(x, t * size, rows, bits, read, t, first)
            _step(x, t * size, (t + 1) * size, drive, biases, panels, rates, slope, inside, signs, t * marks)

        margin[:] = 0
        _multiply_add(margin, margin, readout, x, time * size)
        of_strip, right_here = _cross_entropy(margin, offset, d_offset, labels, first)
        loss += of_strip
        right += right_here
        # margin: now its gradient
        _outer_add(readout_sums, margin, len(direction), 0, x, time * size, rows, 0, 1)
        gradient[:] = 0
        _multiply_add(gradient, gradient, readout_back, margin, 0)

        for last in range(time, 0, -block):
            begin = max(last - block, 0)
            for t in range(last - 1, begin - 1, -1):
                d = d_drive[(t - begin) * d_size : (t - begin) * d_size + height]
                _step_back(
                    gradient, d, d_rate, x, t * size, (t + 1) * size, rates, slope, inside, signs, t * marks
                )
                # the other way back to the state before, through W^R
                _multiply_add(gradient, gradient, back, d, 0)
            _outer_add(sums, d_drive, rows, d_size, x, begin * size, columns, size, last - begin)

    d_matrix = _matrix(sums, rows, columns)
    _collect(found, values[4], d_matrix, d_rate, _matrix(readout_sums, len(direction), rows), d_offset)
    return loss, right / sequences


@_jit
def _parts(memory, a, b, c, d, e, f):
    """Six arrays one after another in the same memory."""
    ends = (a, a + b, a + b + c, a + b + c + d, a + b + c + d + e, a + b + c + d + e + f)
    return (
        memory[: ends[0]],
        memory[ends[0] : ends[1]],
        memory[ends[1] : ends[2]],
        memory[ends[2] : ends[3]],
        memory[ends[3] : ends[4]],
        memory[ends[4] : ends[5]],
    )


@_jit
def _spread(rows, width):
    """How far apart strips of that many rows lie: an odd number of vectors.

    At a power of two the same row of many steps would fall on the same few lines of a cache.
    """
    return rows * STRIP + width


def workspace_size(units, below, heads, time):
    """Numbers, and marks where the non-linearity bends, that `gradients` needs room for."""
    rows = max(units, LEAST)
    column = (rows + below + 3) * STRIP  # with the vector that spreads them, and more
    kept = max(IN_CACHE, 16 * (rows + 1) * STRIP)
    return (time + 1) * column + kept + (3 * rows + max(heads, LEAST)) * STRIP, time * rows * STRIP


@_jit
def _directions(values, rows):
    """margin = direction @ state + offset, per head: of two logits only the difference is asked for."""
    readout = values[5]
    readout_bias = values[6]
    units = len(values[0])
    heads = len(readout_bias) // 2
    direction = np.zeros((max(heads, LEAST), rows), readout.dtype)
    offset = np.zeros(max(heads, LEAST), readout.dtype)
    for h in range(heads):
        offset[h] = readout_bias[2 * h + 1] - readout_bias[2 * h]
        for i in range(units):
            direction[h, i] = readout[(2 * h + 1) * units + i] - readout[2 * h * units + i]
    return direction, offset


@_jit
def _cross_entropy(margin, offset, d_offset, labels, first):
    """Loss of a strip that begins at sequence `first`, and how often its last head is right.

    `margin` ends as the gradient.

    At margin m and label y the loss is log(1 + exp(m)) - m y and its derivative 1 / (1 + exp(-m)) - y, both
    written with exp(-|m|), which cannot overflow. The logarithms of a strip are that of their product.
    """
    loss = 0.0
    right = 0
    heads, sequences = labels.shape
    one = margin.dtype.type(1)
    count = margin.dtype.type(sequences)
    for h in range(heads):
        row = margin[h * STRIP : (h + 1) * STRIP]
        product = 1.0
        for s in range(STRIP):
            if first + s < sequences:
                m = row[s] + offset[h]
                y = margin.dtype.type(labels[h, first + s])
                small = np.exp(-abs(m))
                product *= 1.0 + small
                loss += max(m, 0) - m * y
                share = one / (one + small) if m >= 0 else small / (one + small)
                row[s] = (share - y) / count
                d_offset[h] += row[s]
                right += h == heads - 1 and (m > 0) == (y > 0)
            else:
                row[s] = 0  # it fills the strip up: no sequence, no gradient
        loss += math.log(product)
    return loss / sequences, right


@_jit
def _collect(found, tau, d_matrix, d_rates, d_direction, d_offset):
    """The gradient of every tensor from that of the module as one matrix; none of tau where it is below 1."""
    d_input, d_recurrent, d_feedforward, d_bias, d_tau, d_readout, d_readout_bias = found
    units = len(d_input)
    rows, columns = d_matrix.shape
    below = columns - rows - 2
    width = vectors.width(d_rates)
    for i in range(units):
        for j in range(units):
            d_recurrent[i * units + j] = d_matrix[i, j]
        d_recurrent[i * units + i] = 0
        for j in range(below):
            d_feedforward[i * below + j] = d_matrix[i, rows + j]
        d_input[i] = d_matrix[i, rows + below]
        d_bias[i] = d_matrix[i, rows + below + 1]
        sums = load(d_rates, i * STRIP)
        for s in range(i * STRIP + width, (i + 1) * STRIP, width):
            sums = sums + load(d_rates, s)
        # by the rate, what is summed divided by it; through the rate 1 / tau, whose derivative is -1 / tau^2
        d_tau[i] = -vectors.total(sums) / tau[i] if tau[i] >= 1 else tau.dtype.type(0)
    # the margin is the second logit minus the first: what one of them gains, the other loses
    heads = len(d_readout_bias) // 2
    for h in range(heads):
        d_readout_bias[2 * h] = -d_offset[h]
        d_readout_bias[2 * h + 1] = d_offset[h]
        for i in range(units):
            d_readout[2 * h * units + i] = -d_direction[h, i]
            d_readout[(2 * h + 1) * units + i] = d_direction[h, i]


@_jit
def _descend(values, velocities, gradients, trains, learning_rate, momentum, nesterov, clip_norm):
    """One step of SGD down gradients whose norm over all that trains is clipped, as torch defines both.

    Whether it was clipped.
    """
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
    return scale < 1


def _batch(x, one, two, three):
    """Types of `initial`, `bits`, `read`, `labels`, `slope`, `inside`."""
    return (two, two, three, int64[:, ::1], x, boolean)


@_kernel(
    lambda x, one, two, three: (_tensors(one), _tensors(one), one, uint16[::1], *_batch(x, one, two, three))
)
def gradients(values, found, workspace, signs, initial, bits, read, labels, slope, inside):
    """Fill `found` with the gradient of the loss by `values`; the loss, and how often the last head is right.

    `values` and `found`, flat: W^I, W^R, W^FF (empty in the first module), b, tau, readout (head, logit,
    unit), its bias (head, logit). W^FF reads `read[t]` at step t, and what made that is frozen. The loss is
    the cross-entropy of the two logits at the last step, mean over sequences, summed over heads: of the two
    logits it sees the difference alone, the margin. `workspace_size` says how much memory it takes.
    """
    return _gradients(values, found, workspace, signs, initial, bits, read, labels, slope, inside)


@_kernel(
    lambda x, one, two, three: (
        _tensors(one), _tensors(one), one, uint16[::1], *_batch(x, one, two, three),
        _tensors(one), boolean[::1], float64, float64, boolean, float64,
    )
)  # fmt: skip
def learn(
    values, found, workspace, signs, initial, bits, read, labels, slope, inside,
    velocities, trains, learning_rate, momentum, nesterov, clip_norm,
):  # fmt: skip
    """One step down the gradient, in place; loss and accuracy before it, and whether it was clipped."""
    loss, accuracy = _gradients(values, found, workspace, signs, initial, bits, read, labels, slope, inside)
    clipped = _descend(values, velocities, found, trains, learning_rate, momentum, nesterov, clip_norm)
    return loss, accuracy, clipped
