"""The price of an option on the average of a share's price, by simulation, with a control variate.

The share follows a geometric Brownian motion. The option on the geometric average has a formula, and its simulated
payoff is nearly that of the arithmetic average, so the difference of the two has a small variance.
P. Glasserman, Monte Carlo Methods in Financial Engineering, sections 3.2.1 and 4.1.1.
"""

import numpy as np


def normal_distribution(x):
    """The distribution function to seven digits: M. Abramowitz and I. A. Stegun, equation 26.2.17."""
    t = 1.0 / (1.0 + 0.2316419 * np.abs(x))
    series = 0.0
    for coefficient in (1.330274429, -1.821255978, 1.781477937, -0.356563782, 0.319381530):
        series = (series + coefficient) * t
    tail = series * np.exp(-0.5 * x**2) / np.sqrt(2 * np.pi)
    return np.where(x >= 0, 1.0 - tail, tail)


def paths(spot, volatility, rate, maturity, normals):
    """Share prices at equally spaced times, from standard normal numbers of shape (paths, times)."""
    dt = maturity / normals.shape[1]
    returns = (rate - 0.5 * volatility**2) * dt + volatility * np.sqrt(dt) * normals
    return spot * np.exp(np.cumsum(returns, axis=1))


def geometric_price(spot, strike, volatility, rate, maturity, times):
    """The formula of Black and Scholes for the geometric average, whose logarithm is normal."""
    spread = volatility * np.sqrt(maturity * (times + 1) * (2 * times + 1) / 6) / times
    centre = np.log(spot) + (rate - 0.5 * volatility**2) * maturity * (times + 1) / (2 * times)
    d = (centre - np.log(strike)) / spread
    forward = np.exp(centre + 0.5 * spread**2) * normal_distribution(d + spread)
    return np.exp(-rate * maturity) * (forward - strike * normal_distribution(d))


def asian_call(spot, volatility, rate, strike, maturity, normals):
    """The price of the right to buy the average for the strike."""
    prices = paths(spot, volatility, rate, maturity, normals)
    payoff = np.maximum(prices.mean(axis=1) - strike, 0.0)
    control = np.maximum(np.exp(np.log(prices).mean(axis=1)) - strike, 0.0)
    discount = np.exp(-rate * maturity)
    payoff *= discount
    control *= discount
    exact = geometric_price(spot, strike, volatility, rate, maturity, normals.shape[1])
    slope = np.mean((control - control.mean()) * (payoff - payoff.mean())) / np.var(control)
    return np.mean(payoff - slope * (control - exact))


def example():
    """A year, a price every month, and a thousand paths in antithetic pairs."""
    half = np.random.default_rng(0).normal(size=(500, 12))
    return {
        "spot": np.array(100.0),
        "volatility": np.array(0.25),
        "rate": np.array(0.03),
        "strike": 102.0,
        "maturity": 1.0,
        "normals": np.concatenate([half, -half]),
    }
