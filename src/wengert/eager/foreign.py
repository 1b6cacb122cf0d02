"""What to write here for what other libraries' arrays have: the advice in the error for an unknown attribute."""

from __future__ import annotations

from .. import functions

__all__ = ["advice"]

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


def advice(name: str) -> str:
    """The message of the AttributeError for an attribute of this name."""
    missing = f"an Array has no attribute {name!r}"
    if name in _HERE:
        return f"{missing}; here it is {_HERE[name]}"
    if name.startswith("_"):
        return missing
    for home, space in (("wg", functions), ("wg.linalg", functions.linalg), ("wg.special", functions.special)):
        if name in space.__all__:
            return f"{missing}; it is a function: {home}.{name}(x)"
    return missing
