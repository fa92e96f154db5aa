"""Throughput of the fused kernels against the same core's best matrix product. `--json FILE`

Two operations per matrix entry multiplied; element-wise work is not counted. Modules of 5 to 20 units
have a module upstream, larger ones are flat. Sequences of 120 steps (the longest at N = 30), 256 of
them. `torch_ratio` includes torch's autograd around the kernels, as in training.
"""

import torch
from common import arguments, best_seconds, one_core, report, sgemm_gflops

from modgrow.model import kernels

STEPS, SEQUENCES = 120, 256
SIZES = [(5, 5), (10, 10), (15, 15), (20, 20), (54, 0), (91, 0), (128, 0)]


def measure(units: int, below: int, sgemm: float) -> list[dict]:
    """Records of one size: forward, and forward with backward."""
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
    bits, initial = (draw(STEPS, SEQUENCES) > 0).float(), draw(units, SEQUENCES).abs() / 10
    upstream = draw(STEPS + 1, below, SEQUENCES) if below else None

    blocks = kernels._Weights(**weights)
    states, drive = torch.zeros(STEPS + 1, units, SEQUENCES), torch.zeros(STEPS, units, SEQUENCES)
    states[0] = initial
    gradient = draw(units, SEQUENCES)

    def forward() -> None:
        blocks.forward(states, drive, bits, upstream, 0.01, "outside")

    def both() -> None:
        forward()
        blocks.backward(gradient.clone(), states, drive, bits, upstream, 0.01, "outside")

    for value in weights.values():
        if value is not None:
            value.requires_grad_()

    def torch_forward() -> None:
        kernels.final_state(bits, initial, upstream, weights)

    def torch_both() -> None:
        kernels.final_state(bits, initial, upstream, weights).backward(gradient)

    ahead = 2 * units * (units + below) * SEQUENCES * STEPS
    back = ahead + 2 * units * units * SEQUENCES * STEPS
    passes = [
        ("forward", ahead, forward, torch_forward),
        ("forward+backward", ahead + back, both, torch_both),
    ]
    records = []
    for name, operations, work, in_torch in passes:
        gflops = operations / best_seconds(work) / 1e9
        records.append(
            {
                "units": units,
                "pass": name,
                "gflops": gflops,
                "sgemm_gflops": sgemm,
                "ratio": gflops / sgemm,
                "torch_ratio": operations / best_seconds(in_torch) / 1e9 / sgemm,
            }
        )
    return records


def main() -> None:
    """Measure every size of the paper."""
    args = arguments(__doc__).parse_args()
    one_core()
    sgemm = sgemm_gflops()
    report([record for size in SIZES for record in measure(*size, sgemm)], args)


if __name__ == "__main__":
    main()
