"""NumPy's protocols: its ufuncs and functions on arrays are the library's functions of the same names.

A NumPy function that the library lacks runs on plain arrays as NumPy's own; on recorded ones it is an error, since the
derivative would be lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from .. import functions
from ..core.errors import ConversionError
from ..core.interpreter import Box, wrap
from ..core.tree import map_tree

__all__ = ["call_function", "call_ufunc"]

_REDUCTIONS = {  # what a ufunc's reduce and accumulate are called
    ("add", "reduce"): "sum",
    ("multiply", "reduce"): "prod",
    ("maximum", "reduce"): "max",
    ("minimum", "reduce"): "min",
    ("logical_and", "reduce"): "all",
    ("logical_or", "reduce"): "any",
    ("add", "accumulate"): "cumsum",
    ("multiply", "accumulate"): "cumprod",
}
_NAMESPACES = {"numpy": functions, "numpy.linalg": functions.linalg}


def call_ufunc(ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A ufunc, or one of its methods, on inputs of which one is an Array."""
    out = kwargs.pop("out", None)
    kwargs = {k: v for k, v in kwargs.items() if not (k == "where" and v is True)}
    if method == "__call__":
        function = getattr(functions, ufunc.__name__, None)
    elif method == "outer" and len(inputs) == 2 and hasattr(functions, ufunc.__name__):
        function = _outer(getattr(functions, ufunc.__name__))
    else:
        function = getattr(functions, _REDUCTIONS.get((ufunc.__name__, method), ""), None)
        if function is not None and method == "reduce":
            kwargs.setdefault("axis", 0)
    if function is None:
        name = ufunc.__name__ if method == "__call__" else f"{ufunc.__name__}.{method}"
        result = _on_plain_arrays(f"numpy.{name}", getattr(ufunc, method), inputs, kwargs)
    else:
        result = function(*inputs, **kwargs)
    return result if out is None else _store(result, out, ufunc.__name__)


def _outer(function: Callable[..., Any]) -> Callable[..., Any]:
    def outer(a: Any, b: Any) -> Any:
        a, b = functions.asarray(a), functions.asarray(b)
        return function(a.reshape(*a.shape, *(1,) * b.ndim), b)

    return outer


def _store(result: Any, out: tuple[Any, ...], name: str) -> Any:
    """Write a ufunc's result where ``out=`` says."""
    (target,) = out
    if isinstance(target, Box):
        target[...] = result  # type: ignore[index]
        return target
    if getattr(result, "requires_grad", False):
        raise ConversionError(
            f"numpy.{name} would write a recorded result into a plain NumPy array (out=, or an in-place operator on "
            "it), which would lose its derivative; make the target a wengert array, or compute a new one"
        )
    target[...] = np.asarray(result)
    return target


def call_function(function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """A function of NumPy's on arguments of which one is an Array."""
    namespace = _NAMESPACES.get(function.__module__)
    own = getattr(namespace, function.__name__, None)
    if own is not None:
        return own(*args, **kwargs)
    return _on_plain_arrays(f"{function.__module__}.{function.__name__}", function, args, kwargs)


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
    return map_tree(lambda x: wrap(x) if isinstance(x, (np.ndarray, np.generic)) else x, function(*plain_args, **plain_kwargs))
