"""What to write here for what other libraries' arrays have: the advice in the error for an unknown attribute."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from .. import functions

__all__ = ["Elsewhere", "elsewhere"]

_HERE = {
    # PyTorch
    "abs_": "x[...] = abs(x)",
    "add": "x + y",
    "add_": "x += y",
    "addmm": "a + x @ y",
    "bmm": "x @ y",
    "contiguous": "x.copy(), though layout is never seen here",
    "cpu": "x itself: arrays live on the CPU",
    "cuda": "x itself: arrays live on the CPU",
    "data": "x.detach()",
    "dim": "x.ndim",
    "div": "x / y",
    "div_": "x /= y",
    "double": 'x.astype("float64")',
    "expand": "wg.broadcast_to(x, shape)",
    "fill_": "x.fill(value)",
    "H": "x.mT.conj()",
    "float": 'x.astype("float32")',
    "from_numpy": "wg.asarray(a)",
    "grad_fn": "wg.program_of(x), the whole list of operations",
    "int": 'x.astype("int32")',
    "long": 'x.astype("int64")',
    "masked_fill": "wg.where(mask, value, x)",
    "matmul": "x @ y",
    "mm": "x @ y",
    "mul": "x * y",
    "mul_": "x *= y",
    "mv": "x @ v",
    "neg": "-x",
    "permute": "x.transpose(*axes)",
    "retain_grad": "x.register_hook(f), which is given the gradient",
    "sub": "x - y",
    "sub_": "x -= y",
    "to": "x.astype(dtype)",
    "type": "x.astype(dtype)",
    "unbind": "list(x)",
    # JAX
    "at": "x[index] = value, or x[index] += value, which leave what was recorded as it was",
    "block_until_ready": "x: nothing here is asynchronous",
    "weak_type": "x.dtype",
    # NumPy
    "base": "x: whether memory is shared is never seen here",
    "byteswap": "x.detach().numpy().byteswap()",
    "data_ptr": "x.detach().numpy().ctypes.data",
    "ctypes": "x.detach().numpy().ctypes",
    "dump": "pickle.dump(x, file)",
    "dumps": "pickle.dumps(x)",
    "flags": "x.detach().numpy().flags",
    "flat": "x.ravel()",
    "ptp": "wg.ptp(x)",
    "resize": "wg.resize(x, shape)",
    "strides": "x.detach().numpy().strides",
    "tofile": "x.detach().numpy().tofile(file)",
    # TensorFlow, MXNet
    "asnumpy": "x.numpy()",
    "asscalar": "x.item()",
    "assign": "x[...] = value",
}


class Elsewhere:
    """Stands for an attribute that only others' arrays have: asking for it is an error that says what to write.

    A ``__getattr__`` would say it for any name, but where there is one, all attributes are read more slowly.
    """

    __slots__ = ("_advice",)

    def __init__(self, advice: str) -> None:
        self._advice = advice

    def __get__(self, array: Any, owner: Any = None) -> Any:
        raise AttributeError(self._advice)


def elsewhere(own: Collection[str]) -> Iterator[tuple[str, Elsewhere]]:
    """What an array does not have itself, by name: what other libraries' arrays have, and functions."""
    for home, space in (("wg", functions), ("wg.linalg", functions.linalg), ("wg.special", functions.special)):
        for name in space.__all__:
            if name not in own and name not in _HERE:
                yield name, Elsewhere(f"an Array has no attribute {name!r}; it is a function: {home}.{name}(x)")
    for name, advice in _HERE.items():
        if name not in own:
            yield name, Elsewhere(f"an Array has no attribute {name!r}; here it is {advice}")
