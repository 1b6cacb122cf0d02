"""The public array functions, under NumPy's names; they are written in primitives."""

from . import (
    applying,
    arithmetic,
    assembling,
    broadcasting,
    classification,
    comparison,
    complex,
    contraction,
    conversion,
    convolution,
    correlation,
    creation,
    differences,
    dtypes,
    exchange,
    exponential,
    fft,
    filtering,
    fitting,
    floating,
    grids,
    histograms,
    indexing,
    interpolation,
    joining,
    linalg,
    logic,
    nan_reductions,
    padding,
    polynomials,
    pooling,
    quantiles,
    random,
    ranges,
    rearranging,
    reductions,
    rounding,
    scans,
    searching,
    selection,
    sets,
    shaping,
    sorting,
    special,
    statistics,
    triangles,
    trigonometric,
    window_functions,
    writing,
)
from .applying import (
    apply_along_axis as apply_along_axis,
    apply_over_axes as apply_over_axes,
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
from .assembling import (
    append as append,
    block as block,
    delete as delete,
    insert as insert,
    kron as kron,
    resize as resize,
    tile as tile,
    trim_zeros as trim_zeros,
)
from .broadcasting import (
    broadcast_arrays as broadcast_arrays,
    broadcast_shapes as broadcast_shapes,
    broadcast_to as broadcast_to,
    ndim as ndim,
    shape as shape,
    size as size,
)
from .classification import (
    iscomplex as iscomplex,
    iscomplexobj as iscomplexobj,
    isneginf as isneginf,
    isposinf as isposinf,
    isreal as isreal,
    isrealobj as isrealobj,
    isscalar as isscalar,
)
from .comparison import (
    allclose as allclose,
    array_equal as array_equal,
    array_equiv as array_equiv,
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
    matvec as matvec,
    outer as outer,
    tensordot as tensordot,
    trace as trace,
    vdot as vdot,
    vecdot as vecdot,
    vecmat as vecmat,
)
from .conversion import (
    array as array,
    asanyarray as asanyarray,
    asarray as asarray,
    asarray_chkfinite as asarray_chkfinite,
    ascontiguousarray as ascontiguousarray,
    asfortranarray as asfortranarray,
    frombuffer as frombuffer,
    fromiter as fromiter,
)
from .convolution import (
    conv as conv,
    conv_transpose as conv_transpose,
)
from .correlation import (
    corrcoef as corrcoef,
    cov as cov,
)
from .creation import (
    empty as empty,
    empty_like as empty_like,
    eye as eye,
    full as full,
    full_like as full_like,
    identity as identity,
    ones as ones,
    ones_like as ones_like,
    tri as tri,
    zeros as zeros,
    zeros_like as zeros_like,
)
from .differences import (
    cross as cross,
    diff as diff,
    ediff1d as ediff1d,
    gradient as gradient,
    trapezoid as trapezoid,
    unwrap as unwrap,
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
from .exchange import (
    from_dlpack as from_dlpack,
)
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
from .filtering import (
    convolve as convolve,
    correlate as correlate,
)
from .fitting import (
    polyfit as polyfit,
)
from .floating import (
    copysign as copysign,
    fmod as fmod,
    frexp as frexp,
    gcd as gcd,
    heaviside as heaviside,
    lcm as lcm,
    ldexp as ldexp,
    modf as modf,
    nan_to_num as nan_to_num,
    nextafter as nextafter,
    real_if_close as real_if_close,
    spacing as spacing,
)
from .grids import (
    fromfunction as fromfunction,
    indices as indices,
    ix_ as ix_,
    meshgrid as meshgrid,
    mgrid as mgrid,
    ogrid as ogrid,
    ravel_multi_index as ravel_multi_index,
    unravel_index as unravel_index,
)
from .histograms import (
    histogram as histogram,
    histogram2d as histogram2d,
    histogram_bin_edges as histogram_bin_edges,
    histogramdd as histogramdd,
)
from .indexing import (
    argwhere as argwhere,
    compress as compress,
    extract as extract,
    flatnonzero as flatnonzero,
    nonzero as nonzero,
    take as take,
    take_along_axis as take_along_axis,
)
from .interpolation import (
    interp as interp,
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
    bitwise_count as bitwise_count,
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
    packbits as packbits,
    right_shift as right_shift,
    unpackbits as unpackbits,
)
from .nan_reductions import (
    nancumprod as nancumprod,
    nancumsum as nancumsum,
    nanmax as nanmax,
    nanmean as nanmean,
    nanmin as nanmin,
    nanprod as nanprod,
    nanstd as nanstd,
    nansum as nansum,
    nanvar as nanvar,
)
from .padding import (
    pad as pad,
)
from .polynomials import (
    poly as poly,
    polyadd as polyadd,
    polyder as polyder,
    polydiv as polydiv,
    polyint as polyint,
    polymul as polymul,
    polysub as polysub,
    polyval as polyval,
    roots as roots,
    vander as vander,
)
from .pooling import (
    avg_pool as avg_pool,
    max_pool as max_pool,
    sliding_window_view as sliding_window_view,
)
from .quantiles import (
    median as median,
    nanmedian as nanmedian,
    nanpercentile as nanpercentile,
    nanquantile as nanquantile,
    percentile as percentile,
    quantile as quantile,
)
from .ranges import (
    arange as arange,
    geomspace as geomspace,
    linspace as linspace,
    logspace as logspace,
)
from .rearranging import (
    flip as flip,
    fliplr as fliplr,
    flipud as flipud,
    roll as roll,
    rollaxis as rollaxis,
    rot90 as rot90,
)
from .reductions import (
    all as all,
    amax as amax,
    amin as amin,
    any as any,
    argmax as argmax,
    argmin as argmin,
    count_nonzero as count_nonzero,
    logsumexp as logsumexp,
    max as max,
    min as min,
    prod as prod,
    sum as sum,
)
from .rounding import (
    around as around,
    ceil as ceil,
    fix as fix,
    floor as floor,
    rint as rint,
    round as round,
    trunc as trunc,
)
from .scans import (
    cummax as cummax,
    cummin as cummin,
    cumprod as cumprod,
    cumsum as cumsum,
    cumulative_prod as cumulative_prod,
    cumulative_sum as cumulative_sum,
)
from .searching import (
    bincount as bincount,
    nanargmax as nanargmax,
    nanargmin as nanargmin,
)
from .selection import (
    choose as choose,
    clip as clip,
    fmax as fmax,
    fmin as fmin,
    maximum as maximum,
    minimum as minimum,
    piecewise as piecewise,
    select as select,
    where as where,
)
from .sets import (
    intersect1d as intersect1d,
    isin as isin,
    setdiff1d as setdiff1d,
    setxor1d as setxor1d,
    union1d as union1d,
    unique as unique,
    unique_all as unique_all,
    unique_counts as unique_counts,
    unique_inverse as unique_inverse,
    unique_values as unique_values,
)
from .shaping import (
    astype as astype,
    atleast_1d as atleast_1d,
    atleast_2d as atleast_2d,
    atleast_3d as atleast_3d,
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
    transpose as transpose,
)
from .sorting import (
    argpartition as argpartition,
    argsort as argsort,
    digitize as digitize,
    lexsort as lexsort,
    partition as partition,
    searchsorted as searchsorted,
    sort as sort,
    sort_complex as sort_complex,
)
from .statistics import (
    average as average,
    mean as mean,
    ptp as ptp,
    std as std,
    var as var,
)
from .triangles import (
    diag as diag,
    diag_indices as diag_indices,
    diag_indices_from as diag_indices_from,
    diagflat as diagflat,
    mask_indices as mask_indices,
    tril as tril,
    tril_indices as tril_indices,
    tril_indices_from as tril_indices_from,
    triu as triu,
    triu_indices as triu_indices,
    triu_indices_from as triu_indices_from,
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
from .window_functions import (
    bartlett as bartlett,
    blackman as blackman,
    hamming as hamming,
    hanning as hanning,
    i0 as i0,
    kaiser as kaiser,
)
from .writing import (
    copyto as copyto,
    fill_diagonal as fill_diagonal,
    place as place,
    put as put,
    put_along_axis as put_along_axis,
    putmask as putmask,
)

__all__ = ["fft", "linalg", "random", "special"]
__all__ += applying.__all__
__all__ += arithmetic.__all__
__all__ += assembling.__all__
__all__ += broadcasting.__all__
__all__ += classification.__all__
__all__ += comparison.__all__
__all__ += complex.__all__
__all__ += contraction.__all__
__all__ += conversion.__all__
__all__ += convolution.__all__
__all__ += correlation.__all__
__all__ += creation.__all__
__all__ += differences.__all__
__all__ += dtypes.__all__
__all__ += exchange.__all__
__all__ += exponential.__all__
__all__ += filtering.__all__
__all__ += fitting.__all__
__all__ += floating.__all__
__all__ += grids.__all__
__all__ += histograms.__all__
__all__ += indexing.__all__
__all__ += interpolation.__all__
__all__ += joining.__all__
__all__ += logic.__all__
__all__ += nan_reductions.__all__
__all__ += padding.__all__
__all__ += polynomials.__all__
__all__ += pooling.__all__
__all__ += quantiles.__all__
__all__ += ranges.__all__
__all__ += rearranging.__all__
__all__ += reductions.__all__
__all__ += rounding.__all__
__all__ += scans.__all__
__all__ += searching.__all__
__all__ += selection.__all__
__all__ += sets.__all__
__all__ += shaping.__all__
__all__ += sorting.__all__
__all__ += statistics.__all__
__all__ += triangles.__all__
__all__ += trigonometric.__all__
__all__ += window_functions.__all__
__all__ += writing.__all__
