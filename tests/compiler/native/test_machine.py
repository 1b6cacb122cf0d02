import subprocess
import sys
import threading

import pytest

from wengert.compiler.native import machine
from wengert.compiler.native.machine import MachineError, optimised

SUM = """
define double @sum(ptr noalias readonly %x, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %total = phi double [ 0.0, %entry ], [ %more, %loop ]
  %p = getelementptr double, ptr %x, i64 %i
  %v = load double, ptr %p
  %more = fadd reassoc double %total, %v
  %next = add nuw nsw i64 %i, 1
  %goes_on = icmp ult i64 %next, %n
  br i1 %goes_on, label %loop, label %done
done:
  ret double %more
}
"""


def test_a_module_becomes_an_object_file() -> None:
    code = optimised(SUM).object
    assert isinstance(code, bytes)
    if sys.platform == "linux":
        assert code[:4] == b"\x7fELF"


def test_the_same_text_gives_the_same_code() -> None:
    assert optimised(SUM).object == optimised(SUM).object


def test_loops_become_vector_code_unless_told_otherwise() -> None:
    assert "x double>" in optimised(SUM).ir()
    assert "x double>" not in optimised(SUM, vectorize=False).ir()


def test_level_0_leaves_the_text_as_it_is() -> None:
    assert "%more = fadd reassoc double %total, %v" in optimised(SUM, level=0, vectorize=False).ir()


def test_the_assembly_can_be_read() -> None:
    assert "sum:" in optimised(SUM).assembly()


def test_what_the_module_says_of_its_target_does_not_count() -> None:
    assert optimised('target triple = "nowhere-at-all"\n' + SUM).object == optimised(SUM).object


@pytest.mark.parametrize(
    ("ir", "said"),
    [
        ("define double @f() {\n  ret double %nothing\n}", "ret double %nothing"),
        ("define double @f() {\n  retur double 1.0\n}", "retur double 1.0"),
        ("define double @f() {\na:\n  %y = fadd double %x, 1.0\n  %x = fadd double 1.0, 1.0\n  ret double %y\n}", "%y"),
        ("define double @f() { ret double 1.0", "ret double 1.0"),
    ],
)
def test_text_that_is_no_module_is_shown(ir: str, said: str) -> None:
    with pytest.raises(MachineError) as caught:
        optimised(ir)
    assert said in str(caught.value)


def test_after_an_error_the_next_module_compiles() -> None:
    with pytest.raises(MachineError):
        optimised("nonsense")
    assert optimised(SUM).object


def test_many_threads_compile_at_once() -> None:
    expected = [optimised(SUM.replace("@sum", f"@sum{i}")).object for i in range(6)]
    found: list[bytes] = [b""] * 6

    def work(i: int) -> None:
        found[i] = optimised(SUM.replace("@sum", f"@sum{i}")).object

    threads = [threading.Thread(target=work, args=(i,)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == expected


def test_modules_that_define_the_same_name_do_not_meet() -> None:
    first = machine.load_object(optimised("define i64 @f() { ret i64 1 }").object, ["f"], [], lambda _: None)
    second = machine.load_object(optimised("define i64 @f() { ret i64 2 }").object, ["f"], [], lambda _: None)
    assert first.address("f") != second.address("f")


def test_importing_the_module_does_not_load_llvm() -> None:
    code = (
        "import sys, wengert.compiler.native.machine, wengert.compiler.native.loader; print('llvmlite' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.strip() == "False"
