"""Operations that join arrays, cut them, and make them of numbers."""

import torch

import wengert as wg

from .inputs import arrays, axis_of, each, magnitudes, normal, numbers, shape, together
from .operation import operation


def _several(ranks=(1, 3), vary=True, smallest=0):
    """Arrays that agree in all but one axis, along which they are joined."""

    def draw(random):
        size = list(shape(random, *ranks))
        axis = axis_of(random, len(size))
        members = []
        for _ in range(random.integers(1, 4)):
            if vary:
                size[axis] = int(random.integers(smallest, 4))
            members.append(numbers(random, tuple(size)))
        return members, {"axis": axis}

    return draw


def _equal(least, most, count=3):
    def draw(random):
        size = shape(random, least, most)
        return [numbers(random, size) for _ in range(random.integers(1, count + 1))], {}

    return draw


def _cut(rank, where):
    """An array with the places at which an axis is cut."""

    def draw(random):
        size = shape(random, least=rank, most=max(rank, 3), largest=5)
        axis = where(random, len(size))
        places = sorted(int(i) for i in random.integers(0, size[axis] + 1, random.integers(1, 4)))
        return [numbers(random, size)], {"cuts": places, "axis": axis}

    return draw


def _swapped(random, size):
    return axis_of(random, len(size))


def _coordinates(random):
    members = [normal(random, (int(random.integers(0, 4)),)) for _ in range(random.integers(1, 4))]
    return members, {"indexing": str(random.choice(["xy", "ij"]))}


def _inserted(random):
    size = shape(random, least=1)
    axis = axis_of(random, len(size))
    part = [n for a, n in enumerate(size) if a != axis % len(size)]
    return [normal(random, size), normal(random, tuple(part))], {
        "obj": int(random.integers(0, size[axis] + 1)),
        "axis": axis,
    }


def _insert(x, values, obj, axis):
    head, tail = torch.tensor_split(x, [obj], axis)
    return torch.cat([head, values.unsqueeze(axis if axis >= 0 else axis + x.ndim), tail], axis)


def _deleted(random):
    size = shape(random, least=1, smallest=2)
    axis = axis_of(random, len(size))
    return [normal(random, size)], {"obj": int(random.integers(0, size[axis])), "axis": axis}


def _delete(x, obj, axis):
    return torch.cat([x.narrow(axis, 0, obj), x.narrow(axis, obj + 1, x.shape[axis] - obj - 1)], axis)


def _lists(function):
    """A function of several arrays, of a list of them."""
    return lambda *members, **options: function(list(members), **options)


def _powers(x, N, increasing):
    """PyTorch's own vander writes over what its derivative needs."""
    exponents = torch.arange(N) if increasing else torch.arange(N).flip(0)
    return x[:, None] ** exponents


def _ends(random):
    return [normal(random, s) for s in together(random, 2)], {}


def _positive_ends(random):
    return [magnitudes(0.1, 10.0)(random, s) for s in together(random, 2)], {}


def _line(a, b):
    """Seven points from a to b."""
    a, b = torch.broadcast_tensors(a, b)
    return a + (b - a) * torch.linspace(0, 1, 7, dtype=a.dtype).reshape(-1, *[1] * a.ndim)


def _blocks(random):
    (m, n), (p, q) = (tuple(int(i) for i in random.integers(1, 4, 2)) for _ in range(2))
    return [numbers(random, s) for s in ((m, p), (m, q), (n, p), (n, q))], {}


OPERATIONS = [
    operation("concatenate", _lists(torch.concatenate), each(_several()), wengert=_lists(wg.concatenate)),
    operation("stack", _lists(torch.stack), each(_several((1, 3), vary=False)), wengert=_lists(wg.stack)),
    operation("hstack", _lists(torch.hstack), each(_equal(0, 3)), wengert=_lists(wg.hstack)),
    operation("vstack", _lists(torch.vstack), each(_equal(0, 3)), wengert=_lists(wg.vstack)),
    operation("dstack", _lists(torch.dstack), each(_equal(0, 3)), wengert=_lists(wg.dstack)),
    operation("column_stack", _lists(torch.column_stack), each(_equal(1, 2)), wengert=_lists(wg.column_stack)),
    operation("unstack", lambda x, axis: torch.unbind(x, axis), arrays(numbers, least=1, axis=_swapped)),
    operation(
        "split",
        lambda x, cuts, axis: torch.tensor_split(x, cuts, axis),
        each(_cut(1, axis_of)),
        wengert=lambda x, cuts, axis: wg.split(x, cuts, axis),
    ),
    operation(
        "array_split",
        lambda x, count, axis: torch.tensor_split(x, count, axis),
        arrays(least=1, count=lambda r, s: int(r.integers(1, 5)), axis=_swapped),
        wengert=lambda x, count, axis: wg.array_split(x, count, axis),
    ),
    operation(
        "hsplit",
        lambda x, cuts, axis: torch.hsplit(x, cuts),
        each(_cut(2, lambda *_: 1)),
        wengert=lambda x, cuts, axis: wg.hsplit(x, cuts),
    ),
    operation(
        "vsplit",
        lambda x, cuts, axis: torch.vsplit(x, cuts),
        each(_cut(2, lambda *_: 0)),
        wengert=lambda x, cuts, axis: wg.vsplit(x, cuts),
    ),
    operation(
        "dsplit",
        lambda x, cuts, axis: torch.dsplit(x, cuts),
        each(_cut(3, lambda *_: 2)),
        wengert=lambda x, cuts, axis: wg.dsplit(x, cuts),
    ),
    operation(
        "append",
        lambda x, y: torch.cat([x.reshape(-1), y.reshape(-1)]),
        each(lambda random: ([normal(random, shape(random)), normal(random, shape(random))], {})),
    ),
    operation("insert", _insert, each(_inserted), wengert=lambda x, values, obj, axis: wg.insert(x, obj, values, axis)),
    operation("delete", _delete, each(_deleted)),
    operation("meshgrid", torch.meshgrid, each(_coordinates)),
    operation("linspace", _line, each(_ends), wengert=lambda a, b: wg.linspace(a, b, 7)),
    operation("logspace", lambda a, b: 10 ** _line(a, b), each(_ends), wengert=lambda a, b: wg.logspace(a, b, 7)),
    operation(
        "geomspace",
        lambda a, b: torch.exp(_line(torch.log(a), torch.log(b))),
        each(_positive_ends),
        wengert=lambda a, b: wg.geomspace(a, b, 7),
    ),
    operation(
        "block",
        lambda a, b, c, d: torch.cat([torch.cat([a, b], -1), torch.cat([c, d], -1)], -2),
        each(_blocks),
        wengert=lambda a, b, c, d: wg.block([[a, b], [c, d]]),
    ),
    operation(
        "vander",
        _powers,
        arrays(least=1, most=1, N=lambda r, s: int(r.integers(1, 6)), increasing=lambda r, s: bool(r.integers(0, 2))),
    ),
]
