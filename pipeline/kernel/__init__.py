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
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pipeline
from pipeline.errors import ReportError
from pipeline.kernel import opened
from pipeline.kernel.checks import check_parameters, faults
from pipeline.kernel.watch import Watch, seconds_allowed, told

WARM = "herams-warm"
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


def _command(private: Path) -> list[str]:
    quiet = ("--HistoryManager.enabled=False", "--InteractiveShell.colors=NoColor", "--IPKernelApp.log_level=ERROR")
    watched = [f"--IPKernelApp.exec_lines={opened.START}"] if opened.is_laid(private) else []
    return [sys.executable, "-s", "-m", "ipykernel_launcher", "-f", "{connection_file}", *quiet, *watched]


@cache
def provisioner() -> str:
    """Ours where the package is installed with its entry points, else jupyter_client's own.

    jupyter_client asks seven times for a kernel; each look through the installed packages takes 10 ms, and its factory
    looks once a process.
    """
    from jupyter_client.provisioning.factory import KernelProvisionerFactory

    known = KernelProvisionerFactory.instance().provisioners
    return WARM if WARM in known else "local-provisioner"


def _manager(place: Path, log: Any, folder: Path, watch: Watch) -> type:
    """A kernel manager that starts this interpreter, whatever kernels the user has installed."""
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    class OwnKernelManager(AsyncKernelManager):
        private = place

        @property
        def kernel_spec(self) -> Any:
            warm = {"kernel_provisioner": {"provisioner_name": provisioner()}}
            return KernelSpec(
                argv=_command(place), name="python3", display_name="HeRAMS", language="python", metadata=warm
            )

        async def _async_pre_start_kernel(self, **options: Any) -> Any:
            own = {"env": environment(place), "cwd": str(folder), "stdout": log, "stderr": log}
            return await super()._async_pre_start_kernel(**(options | own))

        async def _async_launch_kernel(self, kernel_cmd: list[str], **kw: Any) -> None:
            await super()._async_launch_kernel(kernel_cmd, **kw)
            watch.started(getattr(self.provisioner, "process", None))

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


def execute(
    notebook: Any, parameters: Mapping[str, str], folder: Path, declared: tuple[Path, Iterable[str]] | None = None
) -> Any:
    """The executed notebook, checked; the kernel works in `folder` and leaves `notebook.ipynb` and `log.txt` there.

    With `declared`, a project's root and the files in it that may be read, the kernel reads no other file.
    Raises UnfinishedRunError with the cause when a cell fails, the kernel dies, or a check afterwards does not hold.
    """
    check_parameters(notebook, parameters)
    draft = folder / "notebook.ipynb"
    with (
        tempfile.TemporaryDirectory(prefix="herams-", ignore_cleanup_errors=True) as private,
        (folder / "log.txt").open("w", encoding="utf-8") as log,
        _log_into(log),
    ):
        if declared:
            opened.lay(Path(private), *declared)
        cause = _run(notebook, parameters, draft, (Path(private), log))
        strays = "" if cause else opened.caught(Path(private))
    executed = _written(draft) or notebook
    found = [*faults(executed, parameters), *([strays] if strays else [])]
    if cause and not any(cause in fault for fault in found):
        found.insert(0, cause)
    if found:
        raise UnfinishedRunError("the notebook did not run whole: " + "; ".join(found), executed)
    return executed


def _written(draft: Path) -> Any:
    """The executed notebook as papermill wrote it; None where there is none, or half of one on a full disk."""
    import nbformat

    try:
        return nbformat.read(draft, as_version=4)  # type: ignore[no-untyped-call]
    except (FileNotFoundError, nbformat.reader.NotJSONError):
        return None


def _run(notebook: Any, parameters: Mapping[str, str], draft: Path, private_and_log: tuple[Path, Any]) -> str:
    """Runs papermill; gives the cause where it failed, else an empty text."""
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillException, PapermillExecutionError

    try:
        with Watch(seconds_allowed()) as watch:
            _papermill(notebook, parameters, draft, _manager(*private_and_log, draft.parent, watch))
    except PapermillExecutionError as failure:
        return f"{failure.ename}: {failure.evalue}"
    except DeadKernelError:
        return watch.cause()
    except CellTimeoutError:
        return f"a cell took longer than {CELL_SECONDS} seconds"
    except OSError as failure:
        return told(failure)
    except (PapermillException, RuntimeError) as failure:
        return watch.cause() if watch.ended() else f"the kernel could not be used: {type(failure).__name__}: {failure}"
    return ""


def _papermill(notebook: Any, parameters: Mapping[str, str], draft: Path, manager: Any) -> None:
    import papermill
    from papermill.engines import papermill_engines

    engine = _engine(draft)
    papermill_engines.register(engine.__name__, engine)
    papermill.execute_notebook(
        notebook,
        # papermill fills in braces of a path as if they were parameters.
        str(draft).replace("{", "{{").replace("}", "}}"),
        parameters=dict(parameters),
        kernel_name="python3",
        language="python",
        engine_name=engine.__name__,
        progress_bar=False,
        # It would write the notebook twice for each cell.
        request_save_on_cell_execute=False,
        start_timeout=START_SECONDS,
        execution_timeout=CELL_SECONDS,
        kernel_manager_class=manager,
        config=_settings(manager.private),
        shutdown_kernel="immediate",
        store_widget_state=False,
    )


def _engine(draft: Path) -> type:
    from papermill.engines import NBClientEngine
    from papermill.iorw import write_ipynb

    class WriteOnce(NBClientEngine):  # type: ignore[misc]
        """papermill writes the notebook at the end; here also where its kernel died."""

        @classmethod
        def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> Any:
            try:
                return super().execute_managed_notebook(nb_man, kernel_name, **options)
            except BaseException:
                write_ipynb(nb_man.nb, str(draft))
                raise

    return WriteOnce
