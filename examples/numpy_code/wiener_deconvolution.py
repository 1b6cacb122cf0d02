"""A blurred and noisy picture made sharp again, by Wiener's filter, and how well.

R. C. Gonzalez and R. E. Woods, Digital Image Processing, 4th edition, section 5.8, equation 5-81.
"""

import numpy as np


def gaussian(shape, width):
    """A blur of a point, of sum 1, with its centre at the origin; pixels beyond the border come back at the other."""
    rows = np.fft.fftfreq(shape[0]) * shape[0]
    columns = np.fft.fftfreq(shape[1]) * shape[1]
    blur = np.exp(-0.5 * (rows[:, None] ** 2 + columns**2) / width**2)
    return blur / blur.sum()


def restored(picture, width, noise_to_signal):
    """The least-squares estimate of the picture before the blur."""
    H = np.fft.rfft2(gaussian(picture.shape, width))
    W = np.conj(H) / (np.abs(H) ** 2 + noise_to_signal)
    return np.fft.irfft2(W * np.fft.rfft2(picture), s=picture.shape)


def signal_to_noise(width, noise_to_signal, picture, sharp):
    """How well the sharp picture is restored, in decibels; the border is left out."""
    error = (restored(picture, width, noise_to_signal) - sharp)[2:-2, 2:-2]
    return 10 * np.log10(sharp.var() / np.mean(error**2))


def example():
    """Two bright shapes on a dark ground, blurred, with noise."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:32, :40]
    sharp = np.where((x - 14) ** 2 + (y - 12) ** 2 < 60, 1.0, 0.0)
    sharp[18:26, 22:33] = 0.6
    blurred = np.fft.irfft2(np.fft.rfft2(sharp) * np.fft.rfft2(gaussian(sharp.shape, 1.5)), s=sharp.shape)
    picture = blurred + rng.normal(scale=0.01, size=sharp.shape)
    return {"width": np.array(1.4), "noise_to_signal": np.array(0.004), "picture": picture, "sharp": sharp}
