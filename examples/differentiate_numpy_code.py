"""Programs in plain NumPy, written for no library of derivatives, differentiated as they stand.

The modules in numpy_code/ import NumPy and nothing else. Each is run on NumPy's arrays, then on recorded ones: the
values are the same, and the gradients are those that differences of the plain program confirm.
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import process_time
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
    return min(repeat(run, number=1, repeat=5, timer=process_time))


def examined(program, rng):
    """The value, how far the recorded one and the gradient are off, and three times."""
    point = program.point()
    differentiated = wg.value_and_grad(program, argnums=tuple(range(len(point))))

    def plain():
        return program(*point)

    def recorded():
        return program(*[wg.array(x, requires_grad=True) for x in point])

    _, gradients = differentiated(*point)
    wg.testing.check_grads(program, point, order=1, step=STEP)  # forward and reverse
    return {
        "value": plain(),
        "value error": abs(recorded().item() / plain() - 1),
        "gradient error": gradient_error(program, point, [g.numpy() for g in gradients], rng),
        "seconds": [seconds(plain), seconds(recorded), seconds(lambda: differentiated(*point))],
    }


def main():
    rng = np.random.default_rng(0)
    print("                               value    recorded    gradient      time, recorded, with gradient")
    print("                                          off by      off by     plain        times as long")
    found = {}
    for name, program in PROGRAMS.items():
        now = found[name] = examined(program, rng)
        plain, recorded, differentiated = now["seconds"]
        print(
            f"{name:24}{now['value']:12.6f}{now['value error']:12.0e}{now['gradient error']:12.0e}"
            f"{1e3 * plain:9.2f} ms{recorded / plain:10.1f}{differentiated / plain:10.1f}"
        )
    return found


if __name__ == "__main__":
    main()
