"""Vector arithmetic for the kernels: registers of 64 bytes, and products of matrices on tiles of them.

A compiler that is left to find the vectors in a loop over sequences finds them on some processors, and adds
up in an order of its own. Here both are written down: a `Vector` is 16 single or 8 double precision numbers,
as one register of AVX-512, two of AVX2 or four of NEON, and every sum runs in the same order everywhere.

Arrays are flat and contiguous, places in them are counted in numbers. A strip is a matrix of (row x STRIP
sequences), STRIP being what `product` and `outer` work on at once.
"""

import operator

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.datamodel import models
from numba.extending import intrinsic, overload, register_model

from modgrow import machine

BITS = 512
STRIP = 32  # sequences: two registers of single precision, so that few rows make many independent sums
MANY_REGISTERS = "+avx512f" in machine.processor()[1]
# Rows of a tile of `product`, and (rows, columns) of one of `outer`: as many sums as stay in registers.
ROWS = (5, 8, 9, 10, 13) if MANY_REGISTERS else (5, 6)
TILES = ((5, 4), (5, 3), (6, 3), (7, 3)) if MANY_REGISTERS else ((5, 1), (6, 1))
PLACE = ir.IntType(64)
LANE = ir.IntType(32)


class Vector(types.Type):
    """As many numbers of one precision as a register of 64 bytes holds."""

    def __init__(self, dtype: types.Float):
        super().__init__(name=f"Vector({dtype})")
        self.dtype = dtype


@register_model(Vector)
class _VectorModel(models.PrimitiveModel):
    def __init__(self, manager, numba_type):
        super().__init__(manager, numba_type, _vector_of(manager.lookup(numba_type.dtype).get_value_type()))


def _vector_of(scalar: ir.Type) -> ir.VectorType:
    return ir.VectorType(scalar, BITS // (32 if isinstance(scalar, ir.FloatType) else 64))


@intrinsic
def width(typing, array):
    """How many numbers of the array a vector holds, known when the code is compiled."""

    def generate(context, builder, signature, arguments):
        return PLACE(BITS // array.dtype.bitwidth)

    return types.intp(array), generate


@intrinsic
def load(typing, array, at):
    """The vector that starts at `at`."""

    def generate(context, builder, signature, arguments):
        return _load(builder, _memory(context, builder, signature, arguments, 0), arguments[1])

    return Vector(array.dtype)(array, types.intp), generate


@intrinsic
def store(typing, array, at, value):
    """Write a vector from `at` on."""

    def generate(context, builder, signature, arguments):
        _store(builder, arguments[2], _memory(context, builder, signature, arguments, 0), arguments[1])
        return context.get_dummy_value()

    return types.void(array, types.intp, value), generate


@intrinsic
def number(typing, array, at):
    """The number at `at`; as everywhere here, nobody asks whether the array has it."""

    def generate(context, builder, signature, arguments):
        memory = _memory(context, builder, signature, arguments, 0)
        return builder.load(builder.gep(memory, [arguments[1]]))

    return array.dtype(array, types.intp), generate


@intrinsic
def put(typing, array, at, value):
    """Write a number to `at`."""

    def generate(context, builder, signature, arguments):
        memory = _memory(context, builder, signature, arguments, 0)
        builder.store(arguments[2], builder.gep(memory, [arguments[1]]))
        return context.get_dummy_value()

    return types.void(array, types.intp, array.dtype), generate


@intrinsic
def fill(typing, number):
    """A vector of equal numbers."""

    def generate(context, builder, signature, arguments):
        return _fill(builder, arguments[0])

    return Vector(number)(number), generate


@intrinsic
def fma(typing, a, b, c):
    """a b + c, rounded once."""

    def generate(context, builder, signature, arguments):
        return _fma(builder, *arguments)

    return a(a, b, c), generate


@intrinsic
def negative(typing, x):
    """One bit for each number: set unless it is zero or above."""

    def generate(context, builder, signature, arguments):
        zero = ir.Constant(arguments[0].type, [0.0] * arguments[0].type.count)
        below = builder.fcmp_unordered("<", arguments[0], zero)
        bits = builder.bitcast(below, ir.IntType(zero.type.count))
        return bits if zero.type.count == 16 else builder.zext(bits, ir.IntType(16))

    return types.uint16(x), generate


@intrinsic
def choose(typing, bits, a, b):
    """Numbers of `a` where a bit is set, and of `b` elsewhere."""

    def generate(context, builder, signature, arguments):
        bits, a, b = arguments
        count = a.type.count
        bits = bits if count == 16 else builder.trunc(bits, ir.IntType(count))
        return builder.select(builder.bitcast(bits, ir.VectorType(ir.IntType(1), count)), a, b)

    return a(types.uint16, a, b), generate


@intrinsic
def total(typing, x):
    """The sum: lower half plus upper half, again and again."""

    def generate(context, builder, signature, arguments):
        (sums,) = _totals(builder, [arguments[0]])
        return builder.extract_element(sums, LANE(0))

    return x.dtype(x), generate


def _operator(function, instruction: str):
    @intrinsic
    def apply(typing, a, b):
        def generate(context, builder, signature, arguments):
            return getattr(builder, instruction)(*arguments)

        return a(a, b), generate

    @overload(function)
    def of_vectors(a, b):
        if isinstance(a, Vector) and isinstance(b, Vector):
            return lambda a, b: apply(a, b)


_operator(operator.add, "fadd")
_operator(operator.sub, "fsub")
_operator(operator.mul, "fmul")


@intrinsic
def product(typing, tile, out, start, out_at, panel, panel_at, x, x_at, columns):
    """out = start + panel.T @ x for strips: `tile` rows of it, one of ROWS, `panel` being (column x row).

    `out` and `start` lie in the same place of their arrays, which may be the same.
    """
    place = types.intp
    signature = types.void(place, out, start, place, panel, place, x, place, place)

    def generate(context, builder, signature, arguments):
        memories = [_memory(context, builder, signature, arguments, k) for k in (1, 2, 4, 6)]
        places = [arguments[k] for k in (3, 5, 7, 8)]
        for rows in _cases(builder, arguments[0], ROWS):
            _product(builder, rows, memories, places)
        return context.get_dummy_value()

    return signature, generate


def _product(builder, rows: int, memories, places) -> None:
    out, start, panel, x = memories
    out_at, panel_at, x_at, columns = places
    vector = _vector_of(out.type.pointee)
    starts = range(0, STRIP, vector.count)
    at_once = 2 if MANY_REGISTERS else 1
    for first in range(0, len(starts), at_once):
        now = starts[first : first + at_once]
        sums = {(r, v): cgutils.alloca_once(builder, vector) for r in range(rows) for v in now}
        for (r, v), sum in sums.items():
            builder.store(_load(builder, start, builder.add(out_at, PLACE(r * STRIP + v))), sum)
        with cgutils.for_range(builder, columns, intp=PLACE) as loop:
            column = builder.add(x_at, builder.mul(loop.index, PLACE(STRIP)))
            weights = builder.add(panel_at, builder.mul(loop.index, PLACE(rows)))
            strip = {v: _load(builder, x, builder.add(column, PLACE(v))) for v in now}
            for r in range(rows):
                weight = builder.load(builder.gep(panel, [builder.add(weights, PLACE(r))]))
                weight = _fill(builder, weight)
                for v in now:
                    _add_to(builder, sums[r, v], weight, strip[v])
        for (r, v), sum in sums.items():
            _store(builder, builder.load(sum), out, builder.add(out_at, PLACE(r * STRIP + v)))


@intrinsic
def outer(typing, tile, sums, sums_at, y, y_at, y_step, x, x_at, x_step, steps):
    """sums += y @ x.T over `steps` pairs of strips, as many rows of each as TILES[tile] says.

    The pairs lie `y_step` and `x_step` numbers apart. The sums of a tile lie one after another, row by row.
    """
    place = types.intp
    signature = types.void(place, sums, place, y, place, place, x, place, place, place)

    def generate(context, builder, signature, arguments):
        memories = [_memory(context, builder, signature, arguments, k) for k in (1, 3, 6)]
        places = [arguments[k] for k in (2, 4, 5, 7, 8, 9)]
        for k in _cases(builder, arguments[0], range(len(TILES))):
            _outer(builder, *TILES[k], memories, places)
        return context.get_dummy_value()

    return signature, generate


def _outer(builder, rows: int, columns: int, memories, places) -> None:
    sums, y, x = memories
    sums_at, y_at, y_step, x_at, x_step, steps = places
    vector = _vector_of(sums.type.pointee)
    zero = ir.Constant(vector, [0.0] * vector.count)
    found = {(r, c): cgutils.alloca_once(builder, vector) for r in range(rows) for c in range(columns)}
    for sum in found.values():
        builder.store(zero, sum)
    with cgutils.for_range(builder, steps, intp=PLACE) as loop:
        y_now = builder.add(y_at, builder.mul(loop.index, y_step))
        x_now = builder.add(x_at, builder.mul(loop.index, x_step))
        for v in range(0, STRIP, vector.count):
            left = [_load(builder, y, builder.add(y_now, PLACE(r * STRIP + v))) for r in range(rows)]
            for c in range(columns):
                right = _load(builder, x, builder.add(x_now, PLACE(c * STRIP + v)))
                for r in range(rows):
                    _add_to(builder, found[r, c], left[r], right)
    vectors = [builder.load(sum) for sum in found.values()]
    for k, totals in enumerate(_totals(builder, vectors)):
        at = builder.add(sums_at, PLACE(k * vector.count))
        _store(builder, builder.fadd(_load(builder, sums, at), totals), sums, at)


def _cases(builder, value, numbers):
    """Go through `numbers`; what is built meanwhile runs where `value` is that number."""
    end = builder.append_basic_block("end")
    switch = builder.switch(value, end)
    for number in numbers:
        block = builder.append_basic_block(f"case{number}")
        switch.add_case(PLACE(number), block)
        builder.position_at_end(block)
        yield number
        builder.branch(end)
    builder.position_at_end(end)


def _totals(builder, vectors: list) -> list:
    """The sums of vectors, as many of them in a vector as fit, lower half plus upper half in each.

    Two vectors at a time are folded into one that has the halves of both: half the work of one by one.
    """
    (vector,) = {value.type for value in vectors}
    count = vector.count
    zero = ir.Constant(vector, [0.0] * count)
    found = []
    for first in range(0, len(vectors), count):
        folded = vectors[first : first + count]
        folded += [zero] * (count - len(folded))
        length = count
        while length > 1:
            length //= 2
            lower = [start + k for start in range(0, 2 * count, 2 * length) for k in range(length)]
            upper = [place + length for place in lower]
            folded = [
                builder.fadd(_pick(builder, a, b, lower), _pick(builder, a, b, upper))
                for a, b in zip(folded[::2], folded[1::2], strict=True)
            ]
        found += folded
    return found


def _pick(builder, a, b, lanes: list[int]):
    return builder.shuffle_vector(a, b, ir.Constant(ir.VectorType(LANE, len(lanes)), lanes))


def _add_to(builder, sum, a, b) -> None:
    """sum += a b."""
    builder.store(_fma(builder, a, b, builder.load(sum)), sum)


def _memory(context, builder, signature, arguments, place: int):
    array = context.make_array(signature.args[place])(context, builder, arguments[place])
    return array.data


def _at(builder, memory, at):
    vector = _vector_of(memory.type.pointee)
    return builder.bitcast(builder.gep(memory, [at]), vector.as_pointer())


def _load(builder, memory, at):
    value = builder.load(_at(builder, memory, at))
    value.align = BITS // 8 // value.type.count  # of one number: no more is known
    return value


def _store(builder, value, memory, at) -> None:
    builder.store(value, _at(builder, memory, at)).align = BITS // 8 // value.type.count


def _fill(builder, number):
    vector = _vector_of(number.type)
    nothing = ir.Constant(vector, ir.Undefined)
    first = builder.insert_element(nothing, number, LANE(0))
    return _pick(builder, first, nothing, [0] * vector.count)


def _fma(builder, a, b, c):
    letters = "f32" if isinstance(a.type.element, ir.FloatType) else "f64"
    name = f"llvm.fma.v{a.type.count}{letters}"
    function = cgutils.get_or_insert_function(builder.module, ir.FunctionType(a.type, [a.type] * 3), name)
    return builder.call(function, [a, b, c])
