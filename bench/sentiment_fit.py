"""Multinomial logistic regression with an L2 penalty, solved to its only optimum."""

from typing import Any

import numpy as np
from scipy.optimize import minimize

Matrix = Any  # scipy publishes no types

# Close enough to the optimum that rounding to whole steps gives the same on every processor.
GRADIENT = 1e-5
MAX_ROUNDS = 3000


def fit(
    x: Matrix, y: Matrix, counts: Matrix, penalty: float, *, gradient: float = GRADIENT
) -> Matrix:
    """Return weights (features and a bias, by classes) for rows x and class shares y.

    counts says how often each row counts. The slope at what is returned is less than gradient.
    """
    width = x.shape[1]
    classes = y.shape[1]
    turned = x.T.tocsr()
    each = counts[:, None]

    def loss(flat: Matrix) -> tuple[float, Matrix]:
        weights = flat.reshape(width + 1, classes)
        shares, logs = _softmax(x @ weights[:width] + weights[width])
        slope = np.empty_like(weights)
        error = each * (shares - y)
        slope[:width] = turned @ error + penalty * weights[:width]
        slope[width] = error.sum(axis=0)
        misfit = -(each * y * logs).sum() + penalty / 2 * (weights[:width] ** 2).sum()
        return float(misfit), slope.ravel()

    found = minimize(
        loss,
        np.zeros((width + 1) * classes),
        jac=True,
        method="L-BFGS-B",
        options={
            "maxiter": MAX_ROUNDS,
            "maxfun": 2 * MAX_ROUNDS,
            "gtol": gradient,
            "ftol": 0,
            "maxcor": 20,
        },
    )
    return found.x.reshape(width + 1, classes)


def logits_of(x: Matrix, weights: Matrix) -> Matrix:
    """Return each row's logits."""
    return x @ weights[:-1] + weights[-1]


def temperature(logits: Matrix, y: Matrix) -> float:
    """Return the factor of the logits that makes the classes y likeliest (Guo et al., 2017)."""
    factors = np.arange(0.5, 2.0, 0.01)
    losses = [-(y * _softmax(factor * logits)[1]).sum() for factor in factors]
    return float(round(factors[int(np.argmin(losses))], 2))


def _softmax(logits: Matrix) -> tuple[Matrix, Matrix]:
    shifted = logits - logits.max(axis=1, keepdims=True)
    raised = np.exp(shifted)
    sums = raised.sum(axis=1, keepdims=True)
    return raised / sums, shifted - np.log(sums)
