"""The engine room: a notebook is run whole, in a kernel of its own, or it has not run at all.

papermill alone is not believed. It only warns of an unknown parameter, turns the text 007 into the number 7 and
writes down a killed kernel as success; so parameters are compared with the notebook's own before any kernel starts,
and afterwards the executed notebook is read again: every code cell has run, in order, without error, with the
parameters that were asked for. The kernel gets this interpreter and an environment in which two runs give the same
bytes: nothing of the user's reaches it (profile, history, matplotlibrc, kernels of the same name).
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pipeline
from pipeline.errors import ReportError
from pipeline.kernel.checks import check_parameters, faults

CELL_SECONDS = 600
START_SECONDS = 120


class UnfinishedRunError(ReportError):
    """A notebook that did not run whole, with what is left of it."""

    def __init__(self, message: str, notebook: Any) -> None:
        super().__init__(message)
        self.notebook = notebook


def environment(private: Path) -> dict[str, str]:
    """The kernel's whole environment: only the search path is the user's; homes and caches lie in `private`."""
    home = str(private)
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "COMSPEC") if name in os.environ}
    folders = (
        "HOME",
        "USERPROFILE",
        "APPDATA",
        "TMPDIR",
        "TEMP",
        "TMP",
        "XDG_CONFIG_HOME",
        "XDG_CACHE_HOME",
        "IPYTHONDIR",
        "MPLCONFIGDIR",
        "JUPYTER_CONFIG_DIR",
        "JUPYTER_DATA_DIR",
        "JUPYTER_RUNTIME_DIR",
    )
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    return (
        kept
        | dict.fromkeys(folders, home)
        | dict.fromkeys(threads, "1")
        | {
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            "MPLBACKEND": "agg",
            "GX_ANALYTICS_ENABLED": "false",
            # A traceback would otherwise name the kernel's process.
            "IPYKERNEL_CELL_NAME": "<cell>",
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
            "JUPYTER_PLATFORM_DIRS": "1",
            "PYTHONHASHSEED": "0",
            "PYTHONIOENCODING": "utf-8",
            "PYTHONNOUSERSITE": "1",
            "PYTHONSAFEPATH": "1",
            "PYTHONPATH": str(Path(pipeline.__file__).resolve().parent.parent),
        }
    )


def _command() -> list[str]:
    quiet = ("--HistoryManager.enabled=False", "--InteractiveShell.colors=NoColor", "--IPKernelApp.log_level=ERROR")
    return [sys.executable, "-s", "-m", "ipykernel_launcher", "-f", "{connection_file}", *quiet]


def _manager(private: Path, folder: Path, log: Any) -> type:
    """A kernel manager that starts this interpreter, whatever kernels the user has installed."""
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    class OwnKernelManager(AsyncKernelManager):
        @property
        def kernel_spec(self) -> Any:
            return KernelSpec(argv=_command(), name="python3", display_name="HeRAMS", language="python")

        async def _async_pre_start_kernel(self, **options: Any) -> Any:
            own = {"env": environment(private), "cwd": str(folder), "stdout": log, "stderr": log}
            return await super()._async_pre_start_kernel(**(options | own))

    return OwnKernelManager


def _settings(private: Path) -> Any:
    from traitlets.config import Config

    # Sockets in a private folder instead of open ports on the machine; Windows has none of them.
    transport = "ipc" if os.name == "posix" else "tcp"
    kernel = {"transport": transport, "connection_file": str(private / "kernel.json"), "autorestart": False}
    return Config({"OwnKernelManager": kernel})


@contextmanager
def _log_into(file: Any) -> Iterator[None]:
    """What papermill and the clients log goes into the report's log, not onto the screen."""
    names = ("papermill", "traitlets")
    handler = logging.StreamHandler(file)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    before = {name: logging.getLogger(name).propagate for name in names}
    for name in names:
        logging.getLogger(name).addHandler(handler)
        logging.getLogger(name).propagate = False
    try:
        yield
    finally:
        for name in names:
            logging.getLogger(name).removeHandler(handler)
            logging.getLogger(name).propagate = before[name]


def execute(notebook: Any, parameters: Mapping[str, str], folder: Path) -> Any:
    """The executed notebook, checked; the kernel works in `folder` and leaves `notebook.ipynb` and `log.txt` there.

    Raises UnfinishedRunError with the cause when a cell fails, the kernel dies, or a check afterwards does not hold.
    """
    import nbformat

    check_parameters(notebook, parameters)
    draft = folder / "notebook.ipynb"
    with (
        tempfile.TemporaryDirectory(prefix="herams-", ignore_cleanup_errors=True) as private,
        (folder / "log.txt").open("w", encoding="utf-8") as log,
        _log_into(log),
    ):
        cause = _run(notebook, parameters, draft, (Path(private), log))
    executed = notebook
    if draft.is_file():
        executed = nbformat.read(draft, as_version=4)  # type: ignore[no-untyped-call]
    found = faults(executed, parameters)
    if cause and not any(cause in fault for fault in found):
        found.insert(0, cause)
    if found:
        raise UnfinishedRunError("the notebook did not run whole: " + "; ".join(found), executed)
    return executed


def _run(notebook: Any, parameters: Mapping[str, str], draft: Path, private_and_log: tuple[Path, Any]) -> str:
    """Runs papermill; gives the cause where it failed, else an empty text."""
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillException, PapermillExecutionError

    private, log = private_and_log
    try:
        papermill.execute_notebook(
            notebook,
            # papermill fills in braces of a path as if they were parameters.
            str(draft).replace("{", "{{").replace("}", "}}"),
            parameters=dict(parameters),
            kernel_name="python3",
            language="python",
            progress_bar=False,
            start_timeout=START_SECONDS,
            execution_timeout=CELL_SECONDS,
            kernel_manager_class=_manager(private, draft.parent, log),
            config=_settings(private),
            shutdown_kernel="immediate",
            store_widget_state=False,
        )
    except PapermillExecutionError as failure:
        return f"{failure.ename}: {failure.evalue}"
    except DeadKernelError:
        return "the kernel died (killed, or out of memory)"
    except CellTimeoutError:
        return f"a cell took longer than {CELL_SECONDS} seconds"
    except (PapermillException, RuntimeError, OSError) as failure:
        return f"the kernel could not be used: {type(failure).__name__}: {failure}"
    return ""
