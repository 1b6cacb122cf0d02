"""Programs in plain NumPy, written for no library of derivatives, differentiated as they stand.

The modules in numpy_code/ import NumPy and nothing else. Each is run on NumPy's arrays, then on recorded ones: the
values are the same, and the gradients are those that differences of the plain program confirm.
"""

from collections.abc import Callable
from dataclasses import dataclass
from timeit import repeat

import numpy as np
from numpy_code import (
    asian_option,
    gaussian_process,
    heat_rod,
    hidden_markov,
    image_registration,
    kalman_filter,
    lennard_jones,
    logistic_regression,
    natural_spline,
    planets,
    thin_films,
    wiener_deconvolution,
)

import wengert as wg

STEP = 1e-6


@dataclass(frozen=True)
class Program:
    """A function of plain NumPy, and with respect to which of its arguments it is differentiated."""

    function: Callable
    example: dict
    variables: tuple[str, ...]

    def point(self):
        return tuple(self.example[name] for name in self.variables)

    def __call__(self, *values):
        return self.function(**{**self.example, **dict(zip(self.variables, values, strict=True))})


PROGRAMS = {
    "Kalman filter": Program(kalman_filter.local_trend, kalman_filter.example(), ("log_variances", "start")),
    "Gaussian process": Program(
        gaussian_process.log_marginal_likelihood, gaussian_process.example(), ("amplitude", "scales", "noise", "X", "y")
    ),
    "planets": Program(planets.closest_approach, planets.example(), ("launch", "positions", "velocities")),
    "Wiener deconvolution": Program(
        wiener_deconvolution.signal_to_noise, wiener_deconvolution.example(), ("width", "noise_to_signal", "picture")
    ),
    "Asian option": Program(asian_option.asian_call, asian_option.example(), ("spot", "volatility", "rate")),
    "logistic regression": Program(
        logistic_regression.held_out_loss, logistic_regression.example(), ("log_penalties", "X")
    ),
    "heat in a rod": Program(heat_rod.misfit, heat_rod.example(), ("conductivity", "power")),
    "natural spline": Program(natural_spline.length, natural_spline.example(), ("heights", "x")),
    "Lennard-Jones energy": Program(
        lennard_jones.energy, lennard_jones.example(), ("positions", "box", "epsilon", "sigma")
    ),
    "Lennard-Jones pressure": Program(
        lennard_jones.pressure, {**lennard_jones.example(), "temperature": np.array(0.8)}, ("positions", "temperature")
    ),
    "image registration": Program(
        image_registration.disagreement, image_registration.example(), ("angle", "scale", "shift", "picture")
    ),
    "thin films": Program(thin_films.visible_reflectance, thin_films.example(), ("indices", "thicknesses")),
    "hidden Markov model": Program(
        hidden_markov.certainty, hidden_markov.example(), ("transition_scores", "means", "deviations", "x")
    ),
}


def slope(function, point, direction):
    """The derivative along a direction, by central differences of fourth order."""
    near, far = (
        function(*[x + h * d for x, d in zip(point, direction, strict=True)])
        - function(*[x - h * d for x, d in zip(point, direction, strict=True)])
        for h in (STEP, 2 * STEP)
    )
    return (8 * near - far) / (12 * STEP)


def gradient_error(function, point, gradients, rng):
    """The difference from the slope in a random direction, in units of the largest that the slope could be."""
    direction = [
        rng.normal(size=g.shape) + (1j * rng.normal(size=g.shape) if g.dtype.kind == "c" else 0) for g in gradients
    ]
    expected = slope(function, point, direction)
    found = sum(np.vdot(g, d).real for g, d in zip(gradients, direction, strict=True))
    size = np.sqrt(sum(np.vdot(g, g).real for g in gradients) * sum(np.vdot(d, d).real for d in direction))
    return abs(found - expected) / size


def seconds(run):
    return min(repeat(run, number=1, repeat=5))


def main():
    rng = np.random.default_rng(0)
    print(
        f"{'program':24}{'value':>12} {'recorded':>12} {'gradient':>12}   {'time':>9}{'recorded':>10}{'gradient':>10}"
    )
    print(f"{'':24}{'':12} {'off by':>12} {'off by':>12}")
    found = {}
    for name, f in PROGRAMS.items():
        point = f.point()
        value = f(*point)

        def recorded(f=f, point=point):
            return f(*[wg.array(x, requires_grad=True) for x in point])

        value_error = abs(recorded().item() - value) / abs(value)
        differentiated = wg.value_and_grad(f, argnums=tuple(range(len(point))))
        _, gradients = differentiated(*point)
        error = gradient_error(f, point, [g.numpy() for g in gradients], rng)
        wg.testing.check_grads(f, point, order=1, step=STEP)  # forward and reverse
        plain = seconds(lambda f=f, point=point: f(*point))
        ratios = seconds(recorded) / plain, seconds(lambda d=differentiated, point=point: d(*point)) / plain
        print(
            f"{name:24}{value:12.6f} {value_error:12.0e} {error:12.0e}   "
            f"{1e3 * plain:6.2f} ms{ratios[0]:10.1f}{ratios[1]:10.1f}"
        )
        found[name] = {"value": value_error, "gradient": error, "ratios": ratios}
    print("\ntimes: of the plain program, and in its units, of the recorded one, and of value and gradient")
    return found


if __name__ == "__main__":
    main()
