"""Autocorrelations against an FFT and closed forms; fits against planted values."""

import itertools

import numpy as np
import pytest
from scipy import optimize

from modgrow.experiments import fits, starts
from modgrow.experiments.autocorrelation import LagSums, normalised
from modgrow.experiments.simulation import simulate
from modgrow.learning import draws
from modgrow.task import named

PARITY = named("parity")
LAGS = np.arange(31.0)
ONE_TAU = fits.Fit("planted", 1, amplitude=1.0, tau_one=8.0)
TWO_TAUS = fits.Fit("planted", 2, amplitude=1.0, tau_fast=1.0, tau_slow=15.0, fast_share=0.5)


def recorded(samples, chunk=997):
    """Normalised autocorrelation of (time, run) recorded in chunks."""
    sums = LagSums()
    for start in range(0, len(samples), chunk):
        sums.add(samples[start : start + chunk])
    return normalised(sums.autocovariance()[:, None, :])[:, 0]


def by_fft(samples):
    """Mean-subtracted, divided by (T - lag), averaged over runs, normalised at lag 0."""
    time = len(samples)
    padded = np.fft.rfft(samples - samples.mean(0), 2 * time, axis=0)
    products = np.fft.irfft(np.abs(padded) ** 2, axis=0)[:31]
    covariance = (products / (time - LAGS)[:, None]).mean(1)
    return covariance / covariance[0]


@pytest.mark.parametrize("chunk", [7, 31, 1000, 10_000])
def test_direct_lag_sums_equal_an_fft(rng, chunk):
    samples = simulate(ONE_TAU, 5000, 3, rng) + 100.0
    np.testing.assert_allclose(recorded(samples, chunk), by_fft(samples), rtol=0, atol=1e-10)


@pytest.mark.parametrize("tau", [2.0, 10.0])
def test_a_leaky_unit_driven_by_white_noise_has_the_timescale_of_its_ar_1(rng, tau):
    """-1 / ln(1 - 1/tau), not tau: 1.44 for tau = 2 and 9.49 for 10.

    Held by the one-tau fit and by both model-free measures. The published convention (the slower of
    two taus where AIC prefers two) is not held to it: the sampling error of an autocorrelation is
    correlated over lags, AIC takes it for a second process, and the slower tau is then its own.
    """
    noise, state, states = rng.standard_normal((100_000, 10)), np.zeros(10), []
    for step in noise:
        state = (1 - 1 / tau) * state + step / tau
        states.append(state)
    found = fits.fit(recorded(np.stack(states)[500:]))
    expected = -1 / np.log(1 - 1 / tau)
    assert expected == pytest.approx({2.0: 1.44, 10.0: 9.49}[tau], abs=0.005)
    assert found.tau_one == pytest.approx(expected, rel=0.03)
    assert found.tau_weighted == pytest.approx(expected, rel=0.03)
    assert found.tau_crossing == pytest.approx(expected, rel=0.06)
    assert found.tau_effective >= 0.97 * expected
    assert not found.at_bound


def test_two_planted_timescales_come_back_sorted(rng):
    found = fits.fit(recorded(simulate(TWO_TAUS, 100_000, 10, rng)))
    assert found.n_taus == 2
    assert found.aic_two < found.aic_one
    assert found.tau_fast == pytest.approx(1.0, rel=0.15)
    assert found.tau_slow == pytest.approx(15.0, rel=0.15)
    assert found.tau_effective == found.tau_slow
    assert found.fast_share == pytest.approx(0.5, abs=0.05)
    assert found.tau_weighted == pytest.approx(8.0, rel=0.15)


def test_the_amplitude_says_what_is_white(rng):
    planted = fits.Fit("planted", 1, amplitude=0.6, tau_one=8.0)
    acf = recorded(simulate(planted, 100_000, 10, rng))
    assert acf[1] == pytest.approx(0.6 * np.exp(-1 / 8), abs=0.02)
    assert fits.fit(planted.amplitude * np.exp(-LAGS / 8)).amplitude == pytest.approx(0.6, abs=0.01)


def test_white_noise_is_at_the_lower_bound():
    assert fits.fit(np.eye(31)[0]).at_bound


@pytest.mark.parametrize("tau", [0.4, 1.0, 3.7, 25.0])
def test_a_noiseless_exponential_is_fitted_by_one_tau_and_crosses_1_over_e_there(tau):
    found = fits.fit(np.exp(-LAGS / tau))
    assert found.tau_one == pytest.approx(tau, rel=0.01)
    assert found.tau_effective == pytest.approx(tau, rel=0.01)
    if tau >= 1:
        assert found.tau_crossing == pytest.approx(tau, rel=0.05)


@pytest.mark.parametrize("planted", [(0.4, 3.0, 0.3), (1.0, 20.0, 0.7), (5.0, 60.0, 0.5), (0.1, 90.0, 0.95)])
def test_the_grid_finds_two_noiseless_taus_wherever_they_are(planted):
    fast, slow, share = planted
    found = fits.fit(share * np.exp(-LAGS / fast) + (1 - share) * np.exp(-LAGS / slow))
    assert found.n_taus == 2
    assert (found.tau_fast, found.tau_slow, found.fast_share) == pytest.approx(planted, rel=0.01)


@pytest.mark.parametrize("seed", range(8))
def test_the_fit_is_as_good_as_a_global_search(seed):
    """Against differential evolution, on shapes that neither model fits."""
    rng = np.random.default_rng(seed)
    acf = np.concatenate(
        [[1.0], np.clip(1 - LAGS[1:] / rng.uniform(2, 30), 0, None) + rng.normal(0, 0.03, 30)]
    )
    bounds = [
        (0, 1),
        (0, 1),
        (fits.TAU_MIN, fits.TAU_MAX),
        (fits.TAU_MIN, fits.TAU_MAX),
    ]
    best = optimize.differential_evolution(
        lambda x: np.sum((fits.model(x, LAGS) - acf) ** 2), bounds, rng=seed, tol=1e-10, maxiter=2000
    )
    assert fits.fit(acf).aic_two <= fits.aic_of(best.fun, 31, 4) + 0.01


@pytest.mark.parametrize("seed", range(4))
def test_the_published_fit_is_scipys_curve_fit_from_the_middle_of_the_bounds(seed):
    rng, lags = np.random.default_rng(seed), np.arange(31.0)
    tau = rng.uniform(1.0, 12.0)
    acf = np.exp(-lags / tau) + 0.02 * rng.standard_normal(31)
    acf[0] = 1.0

    def one(k, a, tau):
        return a * np.exp(-k / tau)

    def two(k, a, c, first, second):
        return a * (c * np.exp(-k / first) + (1 - c) * np.exp(-k / second))

    fitted = []
    for curve, n_taus in ((one, 1), (two, 2)):
        bounds = ([0] * n_taus + [fits.TAU_MIN] * n_taus, [1] * n_taus + [100] * n_taus)
        start = [0.5] * n_taus + [50.0] * n_taus
        found, _ = optimize.curve_fit(curve, lags, acf, start, bounds=bounds, max_nfev=5000)
        rss = ((curve(lags, *found) - acf) ** 2).sum()
        fitted.append((fits.aic_of(rss, 31, 2 * n_taus), max(found[n_taus:])))
    assert fits.published(acf) == pytest.approx(min(fitted)[1], rel=1e-3)
    assert np.isnan(fits.published(np.full(31, np.nan)))


def test_the_richer_model_never_fits_worse(rng):
    for _ in range(25):
        acf = np.concatenate([[1.0], rng.uniform(-0.3, 0.9, 30)])
        found = fits.fit(acf)
        assert found.aic_two - 8 <= found.aic_one - 4 + 1e-9


def test_aic_is_what_its_formula_says():
    assert fits.aic_of(3.1, 31, 4) == pytest.approx(8 + 31 * np.log(0.1))


def test_silent_constant_and_broken_activity_give_a_row_that_says_so():
    for constant in (0.0, 3.3):
        assert fits.fit(recorded(np.full((2000, 4), constant))).state == "silent"
    broken = np.ones((2000, 4))
    broken[5, 0] = np.nan
    assert fits.fit(recorded(broken)).state in ("silent", "invalid")
    assert fits.fit(np.concatenate([np.ones(30), [np.inf]])).state == "invalid"
    nothing = fits.fit(np.full(31, np.nan))
    assert nothing.state == "silent"
    assert np.isnan(nothing.tau_effective)


def test_a_timescale_beyond_the_bound_is_marked():
    found = fits.fit(np.exp(-LAGS / 5000))
    assert found.at_bound


@pytest.mark.parametrize("n", [2, 5, 10])
def test_the_ideal_reader_against_parity_itself(n):
    """Simulated with the project's own bits and parity, p ~ U(0, 1) per run."""
    rng = np.random.default_rng(n)
    bits = draws.draw_bits(rng, 4000, 1500, "per_sequence")
    x = 1.0 - 2.0 * PARITY.labels(bits, n).numpy()[n:]
    mean_square = np.array([(x[: len(x) - k] * x[k:]).mean() for k in range(31)])
    grand = (x.mean(0) ** 2).mean()
    found = (mean_square - grand) / (mean_square[0] - grand)
    np.testing.assert_allclose(found, PARITY.ideal_autocorrelation(n, LAGS, "per_sequence"), atol=0.03)


def test_the_published_fit_makes_a_rising_timescale_of_the_ideal_reader():
    """The trap in Fig. 4b: 0.5, 1.2, 2.4, 3.3, 4.1, 5.3 for N = 2, 5, 10, 15, 20, 30 (protocol)."""
    expected = {2: 0.5, 5: 1.2, 10: 2.4, 15: 3.3, 20: 4.1, 30: 5.3}
    for n, tau in expected.items():
        found = fits.fit(PARITY.ideal_autocorrelation(n, LAGS, "per_sequence"))
        assert found.tau_effective == pytest.approx(tau, abs=0.06), n


def test_the_better_start_is_the_least_of_all_shares_that_may_be(rng):
    """Against a lattice on the triangle u, v >= 0, u + v <= 1, for every pair of a small grid."""
    taus = np.array([0.3, 1.0, 4.0, 15.0, 70.0])
    u, v = (axis.ravel() for axis in np.meshgrid(np.linspace(0, 1, 51), np.linspace(0, 1, 51)))
    inside = u + v <= 1 + 1e-12
    for _ in range(40):
        acf = rng.uniform(-0.5, 1.5) * np.exp(-LAGS / rng.uniform(0.2, 80)) + rng.normal(0, 0.1, 31)
        found = [starts.of_one(acf, LAGS, taus), starts.of_two(acf, LAGS, taus)]
        best = min(np.sum((fits.model(np.array(point), LAGS) - acf) ** 2) for point in found)
        for fast, slow in itertools.combinations(np.exp(-LAGS / taus[:, None]), 2):
            tried = np.outer(u[inside], fast) + np.outer(v[inside], slow)
            assert best <= np.sum((tried - acf) ** 2, 1).min() + 1e-12
