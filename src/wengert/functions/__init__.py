"""The public array functions, under NumPy's names; they are written in primitives."""

from . import (
    arithmetic,
    comparison,
    complex,
    contraction,
    convolution,
    creation,
    dtypes,
    exchange,
    exponential,
    fft,
    indexing,
    joining,
    linalg,
    logic,
    random,
    rearranging,
    reductions,
    rounding,
    selection,
    shaping,
    sorting,
    special,
    statistics,
    trigonometric,
    windows,
)
from .arithmetic import (
    abs as abs,
    absolute as absolute,
    add as add,
    cbrt as cbrt,
    divide as divide,
    divmod as divmod,
    fabs as fabs,
    float_power as float_power,
    floor_divide as floor_divide,
    mod as mod,
    multiply as multiply,
    negative as negative,
    positive as positive,
    pow as pow,
    power as power,
    reciprocal as reciprocal,
    remainder as remainder,
    sign as sign,
    sqrt as sqrt,
    square as square,
    subtract as subtract,
    true_divide as true_divide,
)
from .comparison import (
    allclose as allclose,
    array_equal as array_equal,
    equal as equal,
    greater as greater,
    greater_equal as greater_equal,
    isclose as isclose,
    isfinite as isfinite,
    isinf as isinf,
    isnan as isnan,
    less as less,
    less_equal as less_equal,
    not_equal as not_equal,
    signbit as signbit,
)
from .complex import (
    angle as angle,
    conj as conj,
    conjugate as conjugate,
    imag as imag,
    real as real,
)
from .contraction import (
    diagonal as diagonal,
    dot as dot,
    einsum as einsum,
    inner as inner,
    matmul as matmul,
    outer as outer,
    tensordot as tensordot,
    trace as trace,
    vdot as vdot,
    vecdot as vecdot,
)
from .convolution import (
    conv as conv,
    conv_transpose as conv_transpose,
)
from .creation import (
    arange as arange,
    array as array,
    asarray as asarray,
    empty as empty,
    empty_like as empty_like,
    eye as eye,
    full as full,
    full_like as full_like,
    identity as identity,
    linspace as linspace,
    logspace as logspace,
    meshgrid as meshgrid,
    ones as ones,
    ones_like as ones_like,
    zeros as zeros,
    zeros_like as zeros_like,
)
from .dtypes import (
    can_cast as can_cast,
    common_type as common_type,
    finfo as finfo,
    iinfo as iinfo,
    isdtype as isdtype,
    min_scalar_type as min_scalar_type,
    promote_types as promote_types,
    result_type as result_type,
)
from .exchange import from_dlpack as from_dlpack
from .exponential import (
    exp as exp,
    exp2 as exp2,
    expm1 as expm1,
    log as log,
    log1p as log1p,
    log2 as log2,
    log10 as log10,
    logaddexp as logaddexp,
    logaddexp2 as logaddexp2,
)
from .indexing import (
    argwhere as argwhere,
    flatnonzero as flatnonzero,
    nonzero as nonzero,
    take as take,
    take_along_axis as take_along_axis,
)
from .joining import (
    array_split as array_split,
    column_stack as column_stack,
    concat as concat,
    concatenate as concatenate,
    dsplit as dsplit,
    dstack as dstack,
    hsplit as hsplit,
    hstack as hstack,
    split as split,
    stack as stack,
    unstack as unstack,
    vsplit as vsplit,
    vstack as vstack,
)
from .logic import (
    bitwise_and as bitwise_and,
    bitwise_invert as bitwise_invert,
    bitwise_left_shift as bitwise_left_shift,
    bitwise_not as bitwise_not,
    bitwise_or as bitwise_or,
    bitwise_right_shift as bitwise_right_shift,
    bitwise_xor as bitwise_xor,
    invert as invert,
    left_shift as left_shift,
    logical_and as logical_and,
    logical_not as logical_not,
    logical_or as logical_or,
    logical_xor as logical_xor,
    right_shift as right_shift,
)
from .rearranging import (
    diag as diag,
    flip as flip,
    fliplr as fliplr,
    flipud as flipud,
    pad as pad,
    roll as roll,
    rot90 as rot90,
    tril as tril,
    triu as triu,
)
from .reductions import (
    all as all,
    amax as amax,
    amin as amin,
    any as any,
    argmax as argmax,
    argmin as argmin,
    count_nonzero as count_nonzero,
    cumprod as cumprod,
    cumsum as cumsum,
    logsumexp as logsumexp,
    max as max,
    min as min,
    prod as prod,
    sum as sum,
)
from .rounding import (
    ceil as ceil,
    floor as floor,
    rint as rint,
    round as round,
    trunc as trunc,
)
from .selection import (
    clip as clip,
    fmax as fmax,
    fmin as fmin,
    maximum as maximum,
    minimum as minimum,
    where as where,
)
from .shaping import (
    astype as astype,
    atleast_1d as atleast_1d,
    atleast_2d as atleast_2d,
    atleast_3d as atleast_3d,
    broadcast_arrays as broadcast_arrays,
    broadcast_to as broadcast_to,
    copy as copy,
    expand_dims as expand_dims,
    matrix_transpose as matrix_transpose,
    moveaxis as moveaxis,
    permute_dims as permute_dims,
    ravel as ravel,
    repeat as repeat,
    reshape as reshape,
    squeeze as squeeze,
    swapaxes as swapaxes,
    tile as tile,
    transpose as transpose,
)
from .sorting import (
    argsort as argsort,
    searchsorted as searchsorted,
    sort as sort,
    unique as unique,
)
from .statistics import (
    average as average,
    mean as mean,
    median as median,
    ptp as ptp,
    std as std,
    var as var,
)
from .trigonometric import (
    acos as acos,
    acosh as acosh,
    arccos as arccos,
    arccosh as arccosh,
    arcsin as arcsin,
    arcsinh as arcsinh,
    arctan as arctan,
    arctan2 as arctan2,
    arctanh as arctanh,
    asin as asin,
    asinh as asinh,
    atan as atan,
    atan2 as atan2,
    atanh as atanh,
    cos as cos,
    cosh as cosh,
    deg2rad as deg2rad,
    degrees as degrees,
    hypot as hypot,
    rad2deg as rad2deg,
    radians as radians,
    sin as sin,
    sinc as sinc,
    sinh as sinh,
    tan as tan,
    tanh as tanh,
)
from .windows import (
    avg_pool as avg_pool,
    max_pool as max_pool,
    sliding_window_view as sliding_window_view,
)

__all__ = ["linalg", "random", "special"]
__all__ += ["fft"]
__all__ += arithmetic.__all__
__all__ += comparison.__all__
__all__ += complex.__all__
__all__ += contraction.__all__
__all__ += convolution.__all__
__all__ += creation.__all__
__all__ += dtypes.__all__
__all__ += exchange.__all__
__all__ += exponential.__all__
__all__ += indexing.__all__
__all__ += joining.__all__
__all__ += logic.__all__
__all__ += rearranging.__all__
__all__ += reductions.__all__
__all__ += rounding.__all__
__all__ += selection.__all__
__all__ += shaping.__all__
__all__ += sorting.__all__
__all__ += statistics.__all__
__all__ += trigonometric.__all__
__all__ += windows.__all__
