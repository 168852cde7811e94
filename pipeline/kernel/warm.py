"""Warm kernels: a kernel is forked from a process that has imported everything, instead of started anew.

A worker of `herams run` is a fork of such a process. Before it opens a socket or starts a thread it forks once more:
that second process, the spare, waits for one line on a socket pair. The provisioner, which jupyter_client finds by its
entry point, hands over that line (command, folder, environment) with the files for the kernel's output, and the spare
becomes the kernel. So each report has a fresh kernel, a child of the process that runs the notebook, and papermill
knows nothing of it. Where there is no spare, as in `herams report` by hand or where there is no fork, a normal kernel
is started.

The preloaded process was started with the environment of a kernel (`kernel.environment`): what Python and matplotlib
read only at their start, hash seed, user's site and matplotlibrc, is therefore what a normal kernel would have read.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

from jupyter_client.provisioning.local_provisioner import LocalProvisioner

PROVISIONER = "herams-warm"
LINE = 1 << 20
# What a kernel imports late, when its first cell runs, and what notebooks import.
PRELOAD = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.debugger",
    "ipykernel.inprocess",
    "debugpy.server.api",
    "IPython.core.completerlib",
    "IPython.core.magics",
    "IPython.extensions.storemagic",
    "matplotlib_inline.backend_inline",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "matplotlib.pyplot",
    "seaborn",
    "pyarrow.parquet",
    "pipeline.figures",
)

_spares: list[Spare] = []


class Spare:
    """A forked process that waits to become a kernel; afterwards that kernel, as jupyter_client looks at a process."""

    stdin = stdout = stderr = None

    def __init__(self) -> None:
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.returncode: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            self._ours.close()
            _wait_and_become(theirs)
        theirs.close()

    def become(self, command: Sequence[str], folder: str, environment: Mapping[str, str], files: Sequence[int]) -> None:
        """Makes the spare the kernel of this command, its output going into the two open files."""
        line = json.dumps({"command": list(command), "folder": folder, "environment": dict(environment)})
        socket.send_fds(self._ours, [line.encode()], list(files))
        self._ours.close()

    def poll(self) -> int | None:
        """The exit code as subprocess gives it (negative: a signal), None while it runs."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, once the process has ended; raises TimeoutExpired as subprocess does."""
        until = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if until is not None and time.monotonic() > until:
                raise subprocess.TimeoutExpired("kernel", timeout or 0)
            time.sleep(0.01)
        return code

    def send_signal(self, number: int) -> None:
        """Sends a signal, unless the process has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Ends the process at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Asks the process to end."""
        self.send_signal(signal.SIGTERM)


def preload() -> None:
    """Imports what kernels import; in the process that they are forked from."""
    for name in PRELOAD:
        importlib.import_module(name)


def prepare() -> None:
    """Forks a spare for the next kernel of this process, which must not have a thread or a socket of zmq yet."""
    _spares.append(Spare())


def discard() -> None:
    """Ends spares that no kernel was made of."""
    while _spares:
        spare = _spares.pop()
        spare.kill()
        spare.wait()


class WarmProvisioner(LocalProvisioner):
    """Makes a kernel of the spare process if there is one, else starts it as jupyter_client does."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Starts the kernel; gives how to connect to it."""
        if not _spares:
            return await super().launch_kernel(cmd, **kwargs)
        spare = _spares.pop()
        environment = kwargs["env"] | {"JPY_PARENT_PID": str(os.getpid())}
        files = [kwargs[name].fileno() for name in ("stdout", "stderr")]
        spare.become(cmd, str(kwargs["cwd"]), environment, files)
        # It stays in the process group of its parent, so that stopping the worker's group stops it too.
        self.process: Any = spare
        self.pid, self.pgid, self.cwd = spare.pid, None, kwargs["cwd"]
        return self.connection_info


def _wait_and_become(line: socket.socket) -> None:
    """The life of a spare; never returns."""
    code = 1
    try:
        _die_with_parent()
        text, files, _, _ = socket.recv_fds(line, LINE, 2)
        line.close()
        if text:
            _become(json.loads(text), files)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        # An error is told as usual, but nothing of the parent's goes on in this process.
        if isinstance(sys.exception(), Exception):
            sys.excepthook(*sys.exc_info())
        os._exit(code)


def _become(told: Mapping[str, Any], files: Sequence[int]) -> None:
    for number, file in zip((1, 2), files, strict=True):
        os.dup2(file, number)
        os.close(file)
    os.chdir(told["folder"])
    os.environ.clear()
    os.environ.update(told["environment"])
    time.tzset()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL if number == signal.SIGTERM else signal.default_int_handler)
    # As `python -s -m ipykernel_launcher -f …`.
    start = told["command"].index("ipykernel_launcher")
    # The parent to watch is read from the environment at import, which was in another process.
    sys.argv = ["ipykernel_launcher", *told["command"][start + 1 :], f"--IPKernelApp.parent_handle={os.getppid()}"]
    _new_streams()
    _main_module()
    from ipykernel import kernelapp

    kernelapp.launch_new_instance()


def _new_streams() -> None:
    """Standard streams as in a new process: nothing of this one's buffers."""
    sys.stdin = sys.__stdin__ = open(os.devnull, encoding="utf-8")  # type: ignore[misc]  # noqa: SIM115, PTH123
    for number, name in ((1, "stdout"), (2, "stderr")):
        stream = os.fdopen(os.dup(number), "w", encoding="utf-8", buffering=1, errors="backslashreplace")
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _main_module() -> None:
    """A `__main__` without anything in it: the kernel makes its own of it."""
    import types

    module = types.ModuleType("__main__")
    module.__builtins__ = __builtins__  # type: ignore[attr-defined]
    sys.modules["__main__"] = module


def _die_with_parent() -> None:
    """On Linux the kernel of the system ends this process when its parent ends, however that happens."""
    if sys.platform != "linux":
        return
    import ctypes

    set_parent_death_signal = 1
    ctypes.CDLL(None, use_errno=True).prctl(set_parent_death_signal, signal.SIGKILL, 0, 0, 0)
    if os.getppid() == 1:
        os._exit(1)
