"""Every kernel against what this core can do at most, measured in turn with it. `--json FILE`

The ceilings are fused multiply-adds a second (two operations each) with all numbers in registers, and
with one of them read from the first or the second cache each time. The kernels are the recurrence
("forward"), that with its gradient, and a whole update, on 256 sequences of 76 steps (the mean length at
N = 30); modules of 5 to 20 units have one upstream, larger ones are flat with 29 heads. Counted are the
operations of the products of matrices alone: `share` is of the ceiling out of registers.
"""

import numpy as np
import torch
from common import arguments, best_seconds, one_core, report, sgemm_gflops
from numba import njit

from modgrow.arm import Arm
from modgrow.learning.training import make_optimizer
from modgrow.model import kernels
from modgrow.model.network import LeakyModule, Network
from modgrow.model.vectors import fill, fma, load, total

STEPS, SEQUENCES = 76, 256
SIZES = [(5, 5), (10, 10), (15, 15), (20, 20), (20, 0), (54, 0), (91, 0), (128, 0)]
LANES = 16  # numbers in a vector of single precision
CEILINGS = {"registers": 1, "first cache": 16 * 1024, "second cache": 768 * 1024}  # bytes that are read


@njit
def multiply_add(numbers, rounds):
    """Sixteen independent sums, so that no multiply-add waits for the one before."""
    a = b = c = d = e = f = g = h = i = j = k = l = m = n = o = p = fill(numbers[0])  # noqa: E741
    x = fill(numbers[1])
    for _ in range(rounds):
        for s in range(0, len(numbers), 16 * LANES):
            a, b = fma(load(numbers, s), x, a), fma(load(numbers, s + 16), x, b)
            c, d = fma(load(numbers, s + 32), x, c), fma(load(numbers, s + 48), x, d)
            e, f = fma(load(numbers, s + 64), x, e), fma(load(numbers, s + 80), x, f)
            g, h = fma(load(numbers, s + 96), x, g), fma(load(numbers, s + 112), x, h)
            i, j = fma(load(numbers, s + 128), x, i), fma(load(numbers, s + 144), x, j)
            k, l = fma(load(numbers, s + 160), x, k), fma(load(numbers, s + 176), x, l)  # noqa: E741
            m, n = fma(load(numbers, s + 192), x, m), fma(load(numbers, s + 208), x, n)
            o, p = fma(load(numbers, s + 224), x, o), fma(load(numbers, s + 240), x, p)
    return total(a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p)


@njit
def multiply_add_in_registers(numbers, rounds):
    """The same sums of one number that stays where it is."""
    a = b = c = d = e = f = g = h = i = j = k = l = m = n = o = p = fill(numbers[0])  # noqa: E741
    x = fill(numbers[1])
    for _ in range(rounds):
        a, b, c, d = fma(a, x, x), fma(b, x, x), fma(c, x, x), fma(d, x, x)
        e, f, g, h = fma(e, x, x), fma(f, x, x), fma(g, x, x), fma(h, x, x)
        i, j, k, l = fma(i, x, x), fma(j, x, x), fma(k, x, x), fma(l, x, x)  # noqa: E741
        m, n, o, p = fma(m, x, x), fma(n, x, x), fma(o, x, x), fma(p, x, x)
    return total(a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p)


def ceiling(size: int) -> float:
    """GFLOP/s with `size` bytes read again and again; 1 for none."""
    numbers = torch.full((max(size // 4, 16 * LANES),), 0.5).numpy()
    passes = max((1 << 24) // numbers.size, 1)
    work = multiply_add_in_registers if size == 1 else multiply_add
    rounds = passes * numbers.size // (16 * LANES) if size == 1 else passes
    operations = 2 * rounds * (16 * LANES if size == 1 else numbers.size)
    return operations / best_seconds(lambda: work(numbers, rounds), 0.15) / 1e9


def measure(units: int, below: int, sgemm: float) -> list[dict]:
    """Records of one size, each held against a ceiling measured just before."""
    rng = torch.Generator().manual_seed(0)

    def draw(*shape: int) -> torch.Tensor:
        return 2 * torch.rand(shape, generator=rng) - 1

    weights = {
        "input": draw(units),
        "recurrent": draw(units, units) / units**0.5,
        "feedforward": draw(units, below) / below**0.5 if below else None,
        "bias": draw(units) / units**0.5,
        "tau": 1.5 + draw(units) / 2,
    }
    bits = (draw(STEPS, SEQUENCES) > 0).float()
    initial = draw(units, SEQUENCES).abs() / 10
    upstream = draw(STEPS + 1, below, SEQUENCES) if below else None
    heads = 1 if below else 29

    network = Network(Arm(architecture="flat", units=units))
    readout = {"readout": draw(heads, 2, units), "readout_bias": draw(heads, 2)}
    given = {name: value for name, value in weights.items() if value is not None}
    network.chain.append(LeakyModule(given | readout, 0.01, "outside"))
    optimizer = make_optimizer(network)
    labels = (draw(heads, SEQUENCES) > 0).long()

    ahead = 2 * units * (units + below) * SEQUENCES * STEPS
    whole = 2 * ahead + 2 * units * units * SEQUENCES * STEPS
    passes = {
        "forward": (ahead, lambda: kernels.final_state(bits, initial, upstream, weights)),
        "with gradient": (whole, lambda: optimizer.gradients(bits, initial, upstream, labels)),
        "update": (whole, lambda: optimizer.learn(bits, initial, upstream, labels)),
    }
    records = []
    for name, (operations, work) in passes.items():
        most = ceiling(1)
        seconds = best_seconds(work)
        gflops = operations / seconds / 1e9
        record = {"units": units, "upstream": below, "pass": name, "milliseconds": 1e3 * seconds}
        records.append(record | {"gflops": gflops, "share": gflops / most, "of_sgemm": gflops / sgemm})
    return records


def main() -> None:
    """Measure the ceilings, then every size of the paper."""
    args = arguments(__doc__).parse_args()
    one_core()
    with np.errstate(all="ignore"):
        most = {name: ceiling(size) for name, size in CEILINGS.items()}
    print(", ".join(f"{name} {gflops:.0f}" for name, gflops in most.items()), "GFLOP/s")
    sgemm = sgemm_gflops()
    report([record for size in SIZES for record in measure(*size, sgemm)], args)


if __name__ == "__main__":
    main()
