import ctypes
import os
import platform
import struct
import subprocess
import sys
from collections.abc import Callable

import pytest

from wengert.compiler.native import loader, machine
from wengert.compiler.native.loader import LinkError, Loaded, load
from wengert.compiler.native.machine import optimised
from wengert.compiler.native.objectfile import names

OURS = sys.platform == "linux" and platform.machine() == "x86_64"
Load = Callable[[bytes, loader.Resolve], Loaded]

REAL = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double)


@REAL
def tenfold(x: float) -> float:
    return 10 * x


ELSEWHERE = {"tenfold": ctypes.cast(tenfold, ctypes.c_void_p).value}
NUMBER = ctypes.c_int64(41)
ELSEWHERE["number"] = ctypes.addressof(NUMBER)


def with_ours(code: bytes, resolve: loader.Resolve) -> Loaded:
    loaded = load(code, resolve)
    assert not isinstance(loaded, machine.JITLoaded)
    return loaded


def with_stubs(code: bytes, resolve: loader.Resolve) -> Loaded:
    reach, loader._REACH = loader._REACH, 2**16
    try:
        return with_ours(code, resolve)
    finally:
        loader._REACH = reach


def with_llvm(code: bytes, resolve: loader.Resolve) -> Loaded:
    return machine.load_object(code, *names(code), resolve)


only_ours = pytest.mark.skipif(not OURS, reason="this machine's code is loaded by LLVM")


@pytest.fixture(
    params=[
        pytest.param(with_ours, marks=only_ours, id="ours"),
        pytest.param(with_stubs, marks=only_ours, id="stubs"),
        pytest.param(with_llvm, id="llvm"),
    ]
)
def bring(request: pytest.FixtureRequest) -> Load:
    return request.param


def integers(loaded: Loaded, name: str, *arguments: int) -> int:
    """Call a function of 64-bit integers."""
    kind = ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_int64] * len(arguments))
    return kind(loaded.address(name))(*arguments)


def real(loaded: Loaded, name: str, x: float) -> float:
    return REAL(loaded.address(name))(x)


def compiled(ir: str) -> bytes:
    return optimised(ir).object


def test_constants(bring: Load) -> None:
    loaded = bring(
        compiled(
            "define double @f(double %x) {\n%y = fmul double %x, 3.25\n%z = fadd double %y, 1.5\nret double %z\n}"
        ),
        lambda _: None,
    )
    assert real(loaded, "f", 2.0) == 8.0


def test_vector_constants_are_aligned(bring: Load) -> None:
    values = ", ".join(f"double {float(i)}" for i in range(8))
    loaded = bring(
        compiled(
            f"""
            define void @f(ptr %p) {{
              %x = load <8 x double>, ptr %p, align 8
              %y = fadd <8 x double> %x, <{values}>
              store <8 x double> %y, ptr %p, align 8
              ret void
            }}
            """
        ),
        lambda _: None,
    )
    buffer = (ctypes.c_double * 8)(*[10.0] * 8)
    integers(loaded, "f", ctypes.addressof(buffer))
    assert list(buffer) == [10.0 + i for i in range(8)]


def test_functions_from_elsewhere(bring: Load) -> None:
    loaded = bring(
        compiled(
            """
            declare double @tenfold(double)
            define double @f(double %x) {
              %y = call double @tenfold(double %x)
              %z = call double @tenfold(double %y)
              ret double %z
            }
            define ptr @where() { ret ptr @tenfold }
            """
        ),
        ELSEWHERE.get,
    )
    assert real(loaded, "f", 1.5) == 150.0
    kind = ctypes.CFUNCTYPE(ctypes.c_void_p)
    assert kind(loaded.address("where"))() == ELSEWHERE["tenfold"]


def test_a_variable_from_elsewhere(bring: Load) -> None:
    loaded = bring(
        compiled("@number = external global i64\ndefine i64 @f() {\n%n = load i64, ptr @number\nret i64 %n\n}"),
        ELSEWHERE.get,
    )
    NUMBER.value = 41
    assert integers(loaded, "f") == 41
    NUMBER.value = 42
    assert integers(loaded, "f") == 42


@pytest.mark.parametrize("linkage", ["", "internal"])
def test_functions_of_its_own(bring: Load, linkage: str) -> None:
    loaded = bring(
        compiled(
            f"""
            define {linkage} i64 @twice(i64 %x) noinline {{ %y = add i64 %x, %x ret i64 %y }}
            define i64 @f(i64 %x) {{
              %y = call i64 @twice(i64 %x)
              %z = add i64 %y, 1
              ret i64 %z
            }}
            """
        ),
        lambda _: None,
    )
    assert integers(loaded, "f", 20) == 41


def test_global_arrays_and_pointers_to_them(bring: Load) -> None:
    loaded = bring(
        compiled(
            """
            @table = internal constant [4 x i64] [i64 5, i64 6, i64 7, i64 8]
            @where = global ptr getelementptr ([4 x i64], ptr @table, i64 0, i64 2)
            @zeros = internal global [1000 x i64] zeroinitializer
            define i64 @pick(i64 %i) {
              %p = getelementptr [4 x i64], ptr @table, i64 0, i64 %i
              %v = load i64, ptr %p
              ret i64 %v
            }
            define i64 @third() {
              %p = load ptr, ptr @where
              %v = load i64, ptr %p
              ret i64 %v
            }
            define i64 @count(i64 %i) {
              %p = getelementptr [1000 x i64], ptr @zeros, i64 0, i64 %i
              %v = load i64, ptr %p
              %w = add i64 %v, 1
              store i64 %w, ptr %p
              ret i64 %w
            }
            """
        ),
        lambda _: None,
    )
    assert [integers(loaded, "pick", i) for i in range(4)] == [5, 6, 7, 8]
    assert integers(loaded, "third") == 7
    assert [integers(loaded, "count", i) for i in (0, 999, 999, 0, 500)] == [1, 1, 2, 2, 1]


def test_jump_tables(bring: Load) -> None:
    cases = "\n".join(f"c{i}:\n  store volatile i{8 * (1 + i % 2)} {i}, ptr %p\n  ret i64 {i * i}" for i in range(8))
    jumps = " ".join(f"i64 {i}, label %c{i}" for i in range(8))
    loaded = bring(
        compiled(
            f"define i64 @f(i64 %i, ptr %p) {{\n  switch i64 %i, label %no [ {jumps} ]\n{cases}\nno:\n  ret i64 -1\n}}"
        ),
        lambda _: None,
    )
    buffer = ctypes.create_string_buffer(8)
    assert [integers(loaded, "f", i, ctypes.addressof(buffer)) for i in range(9)] == [*(i * i for i in range(8)), -1]


def test_a_missing_function_is_named(bring: Load) -> None:
    code = compiled("declare i64 @nowhere_at_all()\ndefine i64 @f() {\n%x = call i64 @nowhere_at_all()\nret i64 %x\n}")
    with pytest.raises(LinkError, match="nowhere_at_all"):
        bring(code, lambda _: None)


def test_a_name_that_the_code_does_not_have(bring: Load) -> None:
    loaded = bring(compiled("define i64 @f() { ret i64 1 }"), lambda _: None)
    with pytest.raises(LinkError, match="has no g"):
        loaded.address("g")


@only_ours
def test_code_is_freed_with_its_object() -> None:
    loaded = load(compiled("@x = global [100000 x i64] zeroinitializer"), lambda _: None)
    address = loaded.address("x")
    assert rights_of(address) == "rw-p"
    del loaded
    assert rights_of(address) is None


@only_ours
def test_memory_is_never_writable_and_executable_at_once() -> None:
    code = compiled(
        """
        @x = global i64 3
        @y = constant ptr @x
        declare double @tenfold(double)
        define double @f(double %a) { %b = call double @tenfold(double %a) ret double %b }
        define ptr @g() { %p = load ptr, ptr @y ret ptr %p }
        """
    )
    loaded = load(code, ELSEWHERE.get)
    rights = {name: rights_of(loaded.address(name)) for name in ("f", "x", "y")}
    assert rights == {"f": "r-xp", "x": "rw-p", "y": "r--p"}


def rights_of(address: int) -> str | None:
    """What may be done with the memory there, None if there is none."""
    with open("/proc/self/maps", encoding="utf-8") as maps:
        for line in maps:
            span, rights, *_ = line.split()
            start, stop = (int(end, 16) for end in span.split("-"))
            if start <= address < stop:
                return rights
    return None


@only_ours
def test_a_forked_process_has_variables_of_its_own() -> None:
    # Its own interpreter: this one may have threads.
    code = """
import ctypes, os, wengert.compiler.native.loader as loader, wengert.compiler.native.machine as machine
loaded = loader.load(machine.optimised('@x = global i64 3').object, lambda _: None)
x = ctypes.c_int64.from_address(loaded.address("x"))
child = os.fork()
if child == 0:
    x.value = 4
    os._exit(0)
os.waitpid(child, 0)
print(x.value)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.strip() == "3"


@only_ours
@pytest.mark.parametrize(
    "ir",
    [
        "@x = common global i64 0\ndefine i64 @f() { %v = load i64, ptr @x ret i64 %v }",
        "@x = global i64 0, align 65536\ndefine i64 @f() { %v = load i64, ptr @x ret i64 %v }",
    ],
)
def test_what_our_loader_does_not_know_goes_to_llvm(ir: str) -> None:
    loaded = load(compiled(ir), lambda _: None)
    assert isinstance(loaded, machine.JITLoaded)
    assert integers(loaded, "f") == 0


@only_ours
def test_an_unknown_relocation_goes_to_llvm(monkeypatch: pytest.MonkeyPatch) -> None:
    code = compiled("declare double @tenfold(double)\ndefine double @f(double %x) {\n"
                    "%y = call double @tenfold(double %x)\n%z = fadd double %y, 1.0\nret double %z\n}")  # fmt: skip
    monkeypatch.setattr(loader, "_R_PLT32", 999)
    loaded = load(code, ELSEWHERE.get)
    assert isinstance(loaded, machine.JITLoaded)
    assert real(loaded, "f", 2.0) == 21.0


@only_ours
def test_a_system_that_forbids_code_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loader, "_mprotect", lambda: lambda *_: -1)
    with pytest.raises(LinkError, match="does not let memory become code"):
        load(compiled("define i64 @f() { ret i64 1 }"), lambda _: None)


@only_ours
def test_loading_needs_no_llvm(tmp_path: os.PathLike[str]) -> None:
    file = os.path.join(tmp_path, "f.o")
    with open(file, "wb") as out:
        out.write(compiled("define i64 @f() { ret i64 7 }"))
    code = (
        "import ctypes, sys; from wengert.compiler.native.loader import load\n"
        "loaded = load(open(sys.argv[1], 'rb').read(), lambda _: None)\n"
        "print(ctypes.CFUNCTYPE(ctypes.c_int64)(loaded.address('f'))(), 'llvmlite' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code, file], capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.split() == ["7", "False"]


def test_what_is_no_object_file() -> None:
    for code in (b"", b"no code", b"\x7fELF\x02\x01\x01" + bytes(10), b"\xcf\xfa\xed\xfe" + b"\xff" * 40):
        with pytest.raises(LinkError, match="not an object file"):
            load(code, lambda _: None)


@only_ours
def test_a_truncated_object_file() -> None:
    code = compiled("@x = global i64 3\ndefine ptr @f() { ret ptr @x }")
    for size in range(0, len(code) - 1, 7):
        with pytest.raises(LinkError):
            load(code[:size], lambda _: None)


@only_ours
def test_a_relocation_outside_its_section_writes_nowhere() -> None:
    code = bytearray(compiled("define ptr @g() { ret ptr @f }\ndeclare ptr @f()"))
    start, *_, count, _ = struct.unpack_from("<QIHHHHHH", code, 40)
    for i in range(count):
        _, kind, _, _, offset, size, _, target, _, _ = struct.unpack_from("<IIQQQQIIQQ", code, start + 64 * i)
        if kind == 4 and size and target:
            struct.pack_into("<Q", code, offset, 2**40)
    with pytest.raises(LinkError):
        load(bytes(code), {"f": 1}.get)


class TestNames:
    IR = """
    @visible = global i64 3
    @hidden = internal global i64 4
    declare double @a_function_with_a_long_name(double)
    declare double @sin(double)
    define double @f(double %x) {
      %y = call double @a_function_with_a_long_name(double %x)
      %z = call double @sin(double %y)
      ret double %z
    }
    define internal void @unseen() { ret void }
    """

    @pytest.mark.parametrize("triple", ["x86_64-unknown-linux-gnu", "x86_64-apple-macosx", "x86_64-pc-windows-msvc"])
    def test_of_each_format(self, triple: str) -> None:
        llvm = pytest.importorskip("llvmlite.binding")
        llvm.initialize_all_targets()
        llvm.initialize_all_asmprinters()
        try:
            target = llvm.Target.from_triple(triple).create_target_machine(reloc="pic", codemodel="small")
        except RuntimeError:
            pytest.skip("LLVM was built without this target")
        module = llvm.parse_assembly(self.IR, llvm.create_context())
        module.triple = triple
        module.data_layout = str(target.target_data)
        defined, undefined = names(target.emit_object(module))
        assert {"f", "visible"} <= set(defined)
        assert not {"hidden", "unseen"} & set(defined)
        assert {"sin", "a_function_with_a_long_name"} <= set(undefined)
