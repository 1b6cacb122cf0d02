"""Where arrays live: on the CPU, whatever the array API standard's ``device=`` says."""

from __future__ import annotations

__all__ = ["check_device"]


def check_device(device: str | None) -> None:
    """Raise ValueError unless the device is ``"cpu"``, or None for the default."""
    if device not in (None, "cpu"):
        raise ValueError(f"arrays live on the device 'cpu'; there is no device {device!r}")
