"""The emulator's instances of functions, made to end and to begin as on AWS.

Left alone, the emulator ends the request that is in an instance when its function is updated, and stands
still until the process is gone. Here an instance that is replaced finishes its request first. And a new one
begins in half the time, so that a caller hardly notices: layers are unpacked once and not for each instance,
and botocore, of which the emulator would count how deep functions call each other, is loaded by those
functions alone that use it.
"""

import hashlib
import io
import os
import shutil
import tempfile
import threading
import time
import zipfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from local.embedded_aws import unanswered

_end, _release = lambda_runtime.kill_workers, lambda_runtime.release_worker
_replaced: set[lambda_runtime.Worker] = set()

_COUNTING = "\n    _ms_install_invoke_depth()\n"
_COUNTING_WHEN_NEEDED = """
    class _Botocore:
        def find_spec(self, name, path=None, target=None):
            if name == "botocore.session":
                sys.meta_path.remove(self)
                _ms_install_invoke_depth()

    sys.meta_path.insert(0, _Botocore())
"""


class Instance(lambda_runtime.Worker):
    """A process of a function, with the code and the settings that the function had when it was asked for."""

    def __init__(self, func_name: str, config: dict[str, Any], code_zip: bytes) -> None:
        super().__init__(func_name, dict(config), code_zip)  # CloudFormation changes the dict in place

    def invoke(self, event: object, *args: object, **named: object) -> dict[str, Any]:
        """Run one request. An instance that can't begin has no request to finish."""
        began_at = time.perf_counter()
        try:
            result: dict[str, Any] = super().invoke(event, *args, **named)
        except Exception:
            release(self)
            raise
        unanswered.tell(self.func_name, event, result, began_at)
        return result

    def _spawn(self) -> None:
        if layers := self.config.get("Layers"):
            folders = os.pathsep.join(filter(None, map(_unpacked, layers)))
            given = self.config.get("Environment", {}).get("Variables", {})
            variables = {**given, "_LAMBDA_LAYERS_DIRS": folders}
            self.config |= {"Layers": [], "Environment": {"Variables": variables}}
        super()._spawn()


def _unpacked(layer: str | dict[str, Any]) -> str | None:
    """The folder of a layer, the same for each instance that has it."""
    content = lambda_svc._resolve_layer_zip(layer)  # noqa: SLF001 - what the emulator itself would unpack
    if not content:
        return None
    folder = Path(tempfile.gettempdir(), f"layer-{hashlib.sha256(content).hexdigest()}")
    if not folder.exists():
        fresh = tempfile.mkdtemp()
        zipfile.ZipFile(io.BytesIO(content)).extractall(fresh)
        try:
            Path(fresh).rename(folder)
        except OSError:  # another instance was faster
            shutil.rmtree(fresh)
    return str(folder)


def replace(instances: Collection[lambda_runtime.Worker]) -> None:
    """End what is idle, and let the others finish: nobody waits for either."""
    with lambda_runtime._lock:  # noqa: SLF001 - under which the emulator gives instances out
        busy = {instance for instance in instances if instance.in_use}
        _replaced.update(busy)
    _end_aside([instance for instance in instances if instance not in busy])


def release(instance: lambda_runtime.Worker | None) -> None:
    """Take an instance back after its request."""
    _release(instance)
    if instance in _replaced:
        _replaced.discard(instance)
        _end_aside([instance])


def _end_aside(instances: Collection[lambda_runtime.Worker]) -> None:
    threading.Thread(target=_end, args=(instances,), daemon=True).start()


def install() -> None:
    """Let the emulator use all this."""
    script = lambda_runtime._PYTHON_WORKER_SCRIPT  # noqa: SLF001 - what an instance runs
    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace(_COUNTING, _COUNTING_WHEN_NEEDED)  # noqa: SLF001
    lambda_runtime.Worker = Instance
    lambda_runtime.kill_workers = replace
    lambda_runtime.release_worker = lambda_svc.release_worker = release
