"""Linear algebra, as the namespace ``wengert.linalg``; all functions take stacks of matrices in the last two axes.

The names are those of NumPy, and of SciPy for what NumPy lacks. Integers are converted to float64.
"""

from numpy.linalg import LinAlgError as LinAlgError

from ..contraction import (
    matmul as matmul,
    outer as outer,
    tensordot as tensordot,
    vecdot as vecdot,
)
from ..shaping import matrix_transpose as matrix_transpose
from . import construction, determinants, equations, factorisations, matrix_functions, norms, products, spectra
from .construction import (
    block_diag as block_diag,
    toeplitz as toeplitz,
)
from .determinants import (
    SlogdetResult as SlogdetResult,
    det as det,
    slogdet as slogdet,
)
from .equations import (
    LstsqResult as LstsqResult,
    cho_solve as cho_solve,
    inv as inv,
    lstsq as lstsq,
    lu_solve as lu_solve,
    pinv as pinv,
    solve as solve,
    solve_sylvester as solve_sylvester,
    solve_triangular as solve_triangular,
    tensorinv as tensorinv,
    tensorsolve as tensorsolve,
)
from .factorisations import (
    QRResult as QRResult,
    cho_factor as cho_factor,
    cholesky as cholesky,
    lu as lu,
    lu_factor as lu_factor,
    polar as polar,
    qr as qr,
)
from .matrix_functions import (
    coshm as coshm,
    cosm as cosm,
    expm as expm,
    logm as logm,
    sinhm as sinhm,
    sinm as sinm,
    sqrtm as sqrtm,
    tanhm as tanhm,
    tanm as tanm,
)
from .norms import (
    cond as cond,
    matrix_norm as matrix_norm,
    norm as norm,
    vector_norm as vector_norm,
)
from .products import (
    cross as cross,
    diagonal as diagonal,
    matrix_power as matrix_power,
    multi_dot as multi_dot,
    trace as trace,
)
from .spectra import (
    EighResult as EighResult,
    EigResult as EigResult,
    SVDResult as SVDResult,
    eig as eig,
    eigh as eigh,
    eigvals as eigvals,
    eigvalsh as eigvalsh,
    matrix_rank as matrix_rank,
    svd as svd,
    svdvals as svdvals,
)

__all__ = ["LinAlgError", "matmul", "matrix_transpose", "outer", "tensordot", "vecdot"]
__all__ += construction.__all__
__all__ += determinants.__all__
__all__ += equations.__all__
__all__ += factorisations.__all__
__all__ += matrix_functions.__all__
__all__ += norms.__all__
__all__ += products.__all__
__all__ += spectra.__all__
