import pytest

torch = pytest.importorskip("torch", reason="the comparison with PyTorch needs PyTorch")

from . import tables  # noqa: E402
from .operation import compare  # noqa: E402


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("operation", tables.OPERATIONS, ids=lambda o: o.name)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_values_and_derivatives_agree(operation, record_property):
    if not tables.exists(operation):
        pytest.skip(f"wg.{operation.name} does not exist yet")
    found = compare(operation)
    record_property("agreement", (operation.name, found.inputs, found.values, found.gradients, found.tangents))
    assert found.inputs >= 200
