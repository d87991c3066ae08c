"""Weights as whole numbers: sums fit 16 bits, and roundings stay within half a step."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.encoder import whole

SEEDS = st.integers(0, 2**32 - 1)


def weights(seed: int, spread: float = 1.0):
    drawn = np.random.default_rng(seed)
    return (drawn.standard_normal((12, 16)) * spread).astype(np.float32)


@given(SEEDS, st.sampled_from(["drawn", "equal", "signs"]))
def test_two_neighbours_never_overflow_sixteen_bits(seed, kind) -> None:
    drawn = weights(seed)
    given_ = {"drawn": drawn, "equal": np.ones_like(drawn), "signs": np.sign(drawn)}[kind]
    found = whole.linear(given_, np.zeros(12), 0.1).weights.astype(np.int64)
    pairs = found.T.reshape(12, -1, 2)
    for sign in (1, -1):
        assert (np.maximum(sign * pairs, 0).sum(axis=2) * whole.LEVELS < 2**15).all()


@given(SEEDS, st.sampled_from([1e-3, 1.0, 1e3]))
def test_weights_and_biases_are_off_by_at_most_half_a_step(seed, spread) -> None:
    drawn = weights(seed, spread)
    # Every second input is small, so that no neighbours have to give way.
    drawn[:, 1::2] *= 1e-3
    bias = weights(seed + 1, spread)[:, 0]
    step = 0.05
    found = whole.linear(drawn, bias, step)
    assert found.weights.dtype == np.int8
    back = found.weights.T * found.scales[:, None]
    half = found.scales[:, None] / 2
    assert (np.abs(back - drawn) <= half * (1 + 1e-5)).all()
    of_sums = step * found.scales.astype(np.float64)
    assert (np.abs(found.bias * of_sums - bias) <= of_sums / 2 * (1 + 1e-5)).all()


@given(SEEDS)
def test_neighbours_that_give_way_keep_their_signs_and_give_way_alike(seed) -> None:
    drawn = weights(seed)
    found = whole.linear(drawn, np.zeros(12), 0.1)
    rounded = np.rint(drawn / found.scales[:, None])
    gone = rounded - found.weights.T
    pairs = gone.reshape(12, -1, 2)
    assert (np.abs(pairs[..., 0] - pairs[..., 1])[(pairs != 0).all(axis=2)] <= 1).all()
    assert (found.weights.T * rounded >= 0).all()


@given(SEEDS)
def test_a_table_is_off_by_at_most_half_a_step_of_its_row(seed) -> None:
    drawn = weights(seed)
    drawn[0] = 0
    table, scales = whole.rows(drawn)
    assert (np.abs(table * scales - drawn) <= scales / 2 * (1 + 1e-5)).all()
    assert not table[0].any()


@given(SEEDS)
def test_balanced_inputs_and_weights_multiply_to_the_same(seed) -> None:
    drawn, largest = weights(seed), np.abs(weights(seed + 1)).max(axis=0)
    largest[0] = drawn[:, 1] = 0
    factors = whole.balance(largest, drawn)
    inputs = weights(seed + 2)
    assert np.allclose(
        (inputs / factors) @ (drawn * factors).T, inputs @ drawn.T, rtol=1e-3, atol=1e-3
    )


@pytest.mark.parametrize(("low", "high"), [(whole.LOWEST, 4.0), (-0.5, 3.0), (0.0, 1.0)])
def test_the_steps_of_gelu_hold_all_of_its_values(low, high) -> None:
    step, zero = whole.gelu_range(low, high)
    inputs = np.linspace(low, high, 1_000)
    values = inputs / (1 + np.exp(-whole.STEEP * inputs)) / step + zero
    assert 0 <= zero <= whole.LEVELS
    assert values.min() >= -0.51
    assert values.max() <= whole.LEVELS + 0.51
