"""NumPy's protocols: its ufuncs and functions on arrays are the library's functions of the same names.

A NumPy function that the library lacks runs on plain arrays as NumPy's own; on recorded ones it is an error, since the
derivative would be lost.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from inspect import signature
from typing import Any

import numpy as np

from .. import functions
from ..core.errors import ConversionError, DTypeError, ShapeError
from ..core.interpreter import Box, wrap
from ..core.tree import map_tree

__all__ = ["call_function", "call_ufunc"]

_REDUCTIONS = {  # what a ufunc's reduce and accumulate are called
    "add.reduce": "sum",
    "multiply.reduce": "prod",
    "maximum.reduce": "max",
    "minimum.reduce": "min",
    "logical_and.reduce": "all",
    "logical_or.reduce": "any",
    "add.accumulate": "cumsum",
    "multiply.accumulate": "cumprod",
}
_QUESTIONS = {  # of an array's shape and dtype: no derivative is lost by the answer
    np.shape,
    np.ndim,
    np.size,
    np.iscomplexobj,
    np.isrealobj,
    np.result_type,
    np.can_cast,
}
_NAMESPACES = {"numpy": functions, "numpy.linalg": functions.linalg}


def call_ufunc(ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A ufunc, or one of its methods, on inputs of which one is an Array."""
    namespace, home = _home_of(ufunc)
    name = ufunc.__name__ if method == "__call__" else f"{ufunc.__name__}.{method}"
    out = kwargs.pop("out", ())
    full_name = f"{home}.{name}"
    for target in out:
        _check_writable(target, full_name)
    chosen = kwargs.pop("where", True) if method == "__call__" else True
    if chosen is not True and (not out or any(target is None for target in out)):
        raise ConversionError(f"{full_name} with where= leaves elements unset without out=; use wg.where to choose")
    own = getattr(namespace, _REDUCTIONS.get(name, ufunc.__name__ if method in ("__call__", "outer") else ""), None)
    if own is not None and method == "outer" and len(inputs) == 2:
        own = _outer(own)
    if own is not None and method in ("reduce", "accumulate") and len(inputs) == 1:
        kwargs.setdefault("axis", 0)
    result = _call(own, getattr(ufunc, method), full_name, inputs, kwargs)
    if all(target is None for target in out):
        return result
    stored = tuple(
        r if target is None else _store(r if chosen is True else functions.where(chosen, r, target), target, full_name)
        for r, target in zip(result if isinstance(result, tuple) else (result,), out, strict=True)
    )
    return stored if isinstance(result, tuple) else stored[0]


def _home_of(ufunc: np.ufunc) -> tuple[Any, str]:
    """Where the library has a ufunc's namesake, and what the ufunc's own module is called."""
    if getattr(np, ufunc.__name__, None) is ufunc:
        return functions, "numpy"
    if getattr(sys.modules.get("scipy.special"), ufunc.__name__, None) is ufunc:
        return functions.special, "scipy.special"
    if getattr(sys.modules.get("scipy.special._ufuncs"), ufunc.__name__, None) is ufunc:  # called by a function there
        return functions.special, "scipy.special"
    return None, getattr(ufunc, "__module__", None) or "ufunc"


def _outer(function: Callable[..., Any]) -> Callable[..., Any]:
    def outer(a: Any, b: Any) -> Any:
        a, b = functions.asarray(a), functions.asarray(b)
        return function(a.reshape(*a.shape, *(1,) * b.ndim), b)

    return outer


def _check_writable(target: Any, name: str) -> None:
    if isinstance(target, Box):
        target._check_writable(name)  # type: ignore[attr-defined]


def _store(result: Any, target: Any, name: str) -> Any:
    """Write a result where ``out=`` says."""
    if isinstance(target, Box):
        target[...] = result  # type: ignore[index]
        return target
    if getattr(result, "requires_grad", False):
        raise ConversionError(
            f"{name} would write a recorded result into a plain NumPy array (out=, or an in-place operator on "
            "it), which would lose its derivative; make the target a wengert array, or compute a new one"
        )
    value = np.asarray(result)
    if not np.can_cast(value.dtype, target.dtype, "same_kind"):
        raise DTypeError(f"{name} cannot store {value.dtype} in an array of {target.dtype}; convert the array first")
    if value.shape != target.shape:
        raise ShapeError(f"{name} cannot store a result of shape {value.shape} in an array of shape {target.shape}")
    target[...] = value
    return target


def call_function(function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """A function of NumPy's on arguments of which one is an Array."""
    if function in _QUESTIONS:
        plain_args, plain_kwargs = map_tree(_stand_in, (tuple(args), dict(kwargs)))
        return function(*plain_args, **plain_kwargs)
    own = getattr(_NAMESPACES.get(function.__module__), function.__name__, None)
    name = f"{function.__module__}.{function.__name__}"
    target = kwargs.get("out")
    if own is None or target is None:
        return _call(own, function, name, args, kwargs)
    _check_writable(target, name)
    return _store(_call(own, function, name, args, {k: v for k, v in kwargs.items() if k != "out"}), target, name)


def _stand_in(x: Any) -> Any:
    """An array of the same shape and dtype."""
    return np.broadcast_to(np.zeros((), x.dtype), x.shape) if isinstance(x, Box) else x


def _call(
    own: Callable[..., Any] | None,
    numpys: Callable[..., Any],
    name: str,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
) -> Any:
    """The library's function; NumPy's, on plain arrays, where there is none or it does not take these arguments."""
    if own is None:
        return _on_plain_arrays(name, numpys, args, kwargs)
    known = _parameters(own) if kwargs else ()
    unknown = [f"{k}=" for k, v in kwargs.items() if k not in known and v is not None]
    if unknown:
        return _on_plain_arrays(f"{name} with {', '.join(unknown)}", numpys, args, kwargs)
    return own(*args, **{k: v for k, v in kwargs.items() if k in known})


@lru_cache(maxsize=1024)
def _parameters(function: Callable[..., Any]) -> Collection[str]:
    return signature(function).parameters


def _on_plain_arrays(name: str, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    def plain(x: Any) -> Any:
        if not isinstance(x, Box):
            return x
        try:
            return np.asarray(x)
        except ConversionError:
            raise ConversionError(
                f"{name} is not differentiable here: no function of this library stands for it; "
                "use x.detach() to drop the derivative on purpose"
            ) from None

    plain_args, plain_kwargs = map_tree(plain, (tuple(args), dict(kwargs)))
    return map_tree(_wrapped, function(*plain_args, **plain_kwargs))


def _wrapped(x: Any) -> Any:
    return wrap(x) if isinstance(x, (np.ndarray, np.generic)) else x
