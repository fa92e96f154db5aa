"""Parity against its recurrence and a direct count; densities against what a reader of them scores."""

import numpy as np
import pytest
import torch

from modgrow.learning import task


def test_parity_obeys_its_recurrence_and_a_direct_count(rng):
    bits = task.draw_bits(rng, 40, 7, "uniform")
    for n in (1, 2, 3, 11, 39):
        labels = task.parity(bits, n)
        for t in range(n - 1, 40):
            assert torch.equal(labels[t], (bits[t - n + 1 : t + 1].sum(0) % 2).long())
        for t in range(n, 40):  # what enters and what leaves the window flip it
            flips = (bits[t] + bits[t - n]).long() % 2
            assert torch.equal(labels[t], (labels[t - 1] + flips) % 2)


def test_final_parities_are_the_last_rows_of_parity(rng):
    bits = task.draw_bits(rng, 20, 9, 0.5)
    final = task.final_parities(bits, 2, 8)
    assert final.shape == (7, 9)
    for n in range(2, 9):
        assert torch.equal(final[n - 2], task.parity(bits, n)[-1])


def test_bits_have_the_density_asked_for(rng):
    fixed = task.draw_bits(rng, 2000, 50, 0.3)
    assert set(fixed.unique().tolist()) == {0.0, 1.0}
    assert fixed.mean().item() == pytest.approx(0.3, abs=0.01)
    spread = task.draw_bits(rng, 2000, 2000, "uniform").mean(0)
    assert spread.mean().item() == pytest.approx(0.5, abs=0.03)
    assert spread.std().item() == pytest.approx(np.sqrt(1 / 12), abs=0.02)


@pytest.mark.parametrize("n", [2, 3, 6])
def test_chance_under_random_density_is_above_one_half(rng, n):
    """A reader that knows only p of each sequence scores 1/2 + 1/(2 (N + 1)) (protocol, Task)."""
    bits = task.draw_bits(rng, 400, 20_000, "uniform")
    p = bits[:-n].mean(0).numpy()  # all that the reader goes by: the density of the bits before the last n
    odd = (1 - (1 - 2 * p) ** n) / 2  # probability that the parity is 1
    score = (task.final_parities(bits, n, n)[0].numpy() == (odd > 0.5)).mean()
    assert score == pytest.approx(0.5 + 0.5 / (n + 1), abs=0.012)
