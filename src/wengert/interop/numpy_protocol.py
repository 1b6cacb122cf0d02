"""NumPy's protocols: its ufuncs and functions on arrays are the library's functions of the same names.

A NumPy function that the library lacks runs on plain arrays as NumPy's own; on recorded ones it is an error, since the
derivative would be lost.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from inspect import Parameter
from typing import Any

import numpy as np

from .. import functions
from ..core.errors import ConversionError
from ..core.interpreter import Box, wrap
from ..core.tree import map_tree
from ..core.types import SCALARS
from ..functions.operands import concrete
from ..functions.targets import plain, store
from .absent import ABSENT
from .ufunc_methods import NAMED, parameters, whole

__all__ = ["call_function", "call_ufunc", "own_function", "own_ufunc"]

_TEXTS = {np.array2string, np.array_repr, np.array_str}
"""What makes text of an array's values: no derivative is expected of it."""
MEANINGLESS = {"subok", "like", "overwrite_input"}
"""Parameters about subclasses and memory, which have no meaning for the library's arrays."""
NAMESPACES = {
    "numpy": functions,
    "numpy.fft": functions.fft,
    "numpy.lib.stride_tricks": functions,
    "numpy.linalg": functions.linalg,
}
"""Where the library has the functions of NumPy's modules."""


# Ufuncs --------------------------------------------------------------------------------------------------------------


def call_ufunc(ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A ufunc, or one of its methods, on inputs of which one is an Array."""
    own, full_name = own_ufunc(ufunc)
    if method == "__call__" and not kwargs and own is not None:
        return own(*inputs)
    if method == "at":
        return _at(ufunc, own, f"{full_name}.at", inputs)
    if method != "__call__":
        full_name += f".{method}"
    out = kwargs.pop("out", ())
    for target in out:
        _check_writable(target, full_name)
    chosen = kwargs.pop("where", True) if method == "__call__" else True
    if chosen is not True and (not out or any(target is None for target in out)):
        raise ConversionError(f"{full_name} with where= leaves elements unset without out=; use wg.where to choose")
    result = _result(ufunc, method, own, full_name, inputs, kwargs)
    if all(target is None for target in out):
        return result
    stored = tuple(
        r if target is None else store(r if chosen is True else functions.where(chosen, r, target), target, full_name)
        for r, target in zip(result if isinstance(result, tuple) else (result,), out, strict=True)
    )
    return stored if isinstance(result, tuple) else stored[0]


def _result(
    ufunc: np.ufunc,
    method: str,
    own: Callable[..., Any] | None,
    name: str,
    inputs: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    if own is None or "signature" in kwargs:
        name += " with signature=" if own is not None else ""
        return _on_plain_arrays(name, getattr(ufunc, method), inputs, kwargs)
    if method != "__call__":
        if f"{ufunc.__name__}.{method}" not in NAMED and _is_plain(inputs):
            return _on_plain_arrays(name, getattr(ufunc, method), inputs, kwargs)
        return whole(ufunc, method, own, *inputs, **kwargs)
    kwargs.pop("order", None)  # an array has no memory layout of its own,
    kwargs.pop("subok", None)  # and no subclasses
    casting, dtype = kwargs.pop("casting", "same_kind"), kwargs.pop("dtype", None)
    if dtype is not None:
        inputs = _cast(ufunc, inputs, dtype, casting)
    return _call(own, ufunc, name, inputs, kwargs)


def _cast(ufunc: np.ufunc, inputs: tuple[Any, ...], dtype: Any, casting: Any) -> tuple[Any, ...]:
    """The inputs in the dtypes in which the ufunc computes to give this dtype."""
    given = [x.dtype if hasattr(x, "dtype") else type(x) if type(x) in SCALARS else np.asarray(x).dtype for x in inputs]
    signature = (*(None,) * ufunc.nin, *(np.dtype(dtype),) * ufunc.nout)
    wanted = ufunc.resolve_dtypes((*given, *(None,) * ufunc.nout), signature=signature, casting=casting)
    return tuple(functions.astype(x, d, copy=False) for x, d in zip(inputs, wanted, strict=False))


def _at(ufunc: np.ufunc, own: Callable[..., Any] | None, name: str, inputs: tuple[Any, ...]) -> None:
    target = inputs[0]
    if not isinstance(target, Box):
        ufunc.at(target, *(plain(x, name) for x in inputs[1:]))
        return
    if own is None:
        raise ConversionError(f"{name} has no counterpart in this library; use x[indices] = value")
    _check_writable(target, name)
    whole(ufunc, "at", own, *inputs)


def _is_plain(inputs: Any) -> bool:
    """Whether all arrays have values of which no derivative is wanted."""
    try:
        map_tree(_plain, inputs)
    except ConversionError:
        return False
    return True


def _plain(x: Any) -> Any:
    return np.asarray(x) if isinstance(x, Box) else x


@lru_cache(maxsize=1024)
def own_ufunc(ufunc: np.ufunc) -> tuple[Callable[..., Any] | None, str]:
    """The library's namesake of a ufunc, if there is one, and the ufunc's full name."""
    name = ufunc.__name__
    if getattr(np, name, None) is ufunc:
        return getattr(functions, name, None), f"numpy.{name}"
    for home in ("scipy.special", "scipy.special._ufuncs"):  # in the latter are those that SciPy's functions call
        if getattr(sys.modules.get(home), name, None) is ufunc:
            is_numpys_too = isinstance(getattr(np, name, None), np.ufunc)  # log1p, ...
            again = getattr(functions, name, None) if is_numpys_too else None
            return getattr(functions.special, name, again), f"scipy.special.{name}"
    return None, f"{getattr(ufunc, '__module__', None) or 'ufunc'}.{name}"


def _check_writable(target: Any, name: str) -> None:
    if isinstance(target, Box):
        target._check_writable(name)  # type: ignore[attr-defined]


# Functions -----------------------------------------------------------------------------------------------------------


def call_function(function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """A function of NumPy's on arguments of which one is an Array."""
    if function in _TEXTS:
        array, *rest = args
        return function(np.asarray(concrete(array, "text")), *rest, **kwargs)
    own, name, positions = own_function(function)
    if own is None:
        return _call(own, function, name, args, kwargs)
    if not kwargs and len(args) <= positions:
        return own(*args)
    args, named = _arranged(function, positions, args, kwargs)
    target = named.pop("out", None)
    if target is None:
        return _call(own, function, name, args, named)
    _check_writable(target, name)
    return store(_call(own, function, name, args, named), target, name)


@lru_cache(maxsize=1024)
def own_function(function: Callable[..., Any]) -> tuple[Callable[..., Any] | None, str, int]:
    """The library's namesake or None, the full name, and how many of the first arguments mean the same to both."""
    own = getattr(NAMESPACES.get(function.__module__), function.__name__, None)
    name = f"{function.__module__}.{function.__name__}"
    count = 0
    if own is None:
        return None, name, count
    for mine, theirs in zip(parameters(own).values(), parameters(function).values(), strict=False):
        if Parameter.VAR_POSITIONAL in (mine.kind, theirs.kind):
            return own, name, sys.maxsize
        required = Parameter.empty in (mine.default, theirs.default)
        if mine.kind is Parameter.KEYWORD_ONLY or not (mine.name == theirs.name or required):
            break
        count += 1
    return own, name, count


def _arranged(
    numpys: Callable[..., Any], positions: int, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> tuple[Sequence[Any], dict[str, Any]]:
    """The arguments, those by name that the library's function has at another position than NumPy's, or not at all."""
    if len(args) <= positions:
        return args, dict(kwargs)
    names = list(parameters(numpys))[positions : len(args)]
    return args[:positions], {**dict(zip(names, args[positions:], strict=True)), **kwargs}


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
    known = parameters(own) if kwargs else {}
    unknown = [f"{k}=" for k, v in kwargs.items() if k not in known and v is not None and not _changes_nothing(k, v)]
    if unknown:
        return _on_plain_arrays(f"{name} with {', '.join(unknown)}", numpys, args, kwargs)
    return own(*args, **{k: v for k, v in kwargs.items() if k in known})


def _changes_nothing(name: str, value: Any) -> bool:
    """Whether an argument is about subclasses, memory or its layout only."""
    return name in MEANINGLESS or (name == "order" and value in ("C", "F", "A", "K"))


def _on_plain_arrays(name: str, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    def value_of(x: Any) -> Any:
        if not isinstance(x, Box):
            return x
        try:
            return np.asarray(x)
        except ConversionError:
            why = ABSENT.get(name, "no function of this library stands for it")
            raise ConversionError(
                f"{name} is not differentiable here: {why}; use x.detach() to drop the derivative on purpose"
            ) from None

    plain_args, plain_kwargs = map_tree(value_of, (tuple(args), dict(kwargs)))
    return map_tree(_wrapped, function(*plain_args, **plain_kwargs))


def _wrapped(x: Any) -> Any:
    return wrap(x) if isinstance(x, (np.ndarray, np.generic)) else x
