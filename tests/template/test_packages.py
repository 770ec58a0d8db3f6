"""What `sam build` leaves: small, compiled, used as it was compiled. Counted here, timed by `make bench`."""

import importlib.util
import json
import marshal
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from local import sam
from operate import paths
from tests.factories import answer_request, webhook_event
from tests.fakes.stores import Aws
from tests.projects import NOTHING_COMPILED, shipped

MB = 1_000_000
# Counted for the Python of Lambda; older ones load a few more of their own.
OWN_MODULES = 85 if sys.version_info >= (3, 13) else 90
UNCHECKED_HASH = b"\x01\x00\x00\x00"
# Lambda's disk is read-only, and its runtime client is told to log in JSON.
LAMBDA = {"PYTHONDONTWRITEBYTECODE": "1", "AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": "INFO"}

# Nothing that a caller waits for loads these.
HEAVY = {
    "asyncio", "aws_lambda_powertools", "boto3", "botocore", "cryptography", "httpx", "importlib.metadata",
    "jwt", "pydantic",
}  # fmt: skip


class Run(NamedTuple):
    """A function's first event, as a fresh process saw it."""

    at_init: set[str]
    loaded: set[str]
    read: list[str]
    compiled: list[str]
    response: dict[str, Any]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The build folder. Layers that did not change come from SAM's cache."""
    folder = tmp_path_factory.mktemp("packages")
    sam.build("http://127.0.0.1:9", shipped() / "template.yaml", folder / "build", folder / "log")
    return folder / "build"


@pytest.fixture(scope="session")
def layers(built: Path) -> list[Path]:
    return [built / "SwitchboardLayer" / "python", built / "DependenciesLayer" / "python"]


def run(code: Path, layers: list[Path], event: dict[str, Any], environment: dict[str, str]) -> Run:
    """Nothing but the package and the standard library is there to be imported."""
    path = ":".join(map(str, [code, *layers]))
    done = subprocess.run(
        [sys.executable, "-S", str(Path(__file__).parent / "programs" / "run_function.py")],
        input=json.dumps(event).encode(),
        env={"PYTHONPATH": path, **LAMBDA, **environment},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    report = json.loads(done.stdout)
    return Run(**report | {"at_init": set(report["at_init"]), "loaded": set(report["loaded"])})


@pytest.fixture
def answer(built: Path, layers: list[Path], aws: Aws) -> Run:
    environment = {
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI",
        "AWS_REGION": "eu-west-1",
        "AWS_ENDPOINT_URL": aws.url,
        "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9",  # as on Lambda, for which these are a sign
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "SWITCHBOARD_SIGNATURE_SECRET": "switchboard/vonage-signature",
    }
    return run(built / "AnswerFunction", layers, webhook_event("answer", answer_request()), environment)


@pytest.fixture
def fallback(built: Path) -> Run:
    return run(built / "FallbackFunction", [], webhook_event("fallback", answer_request()), {})


def test_answer_loads_nothing_heavy(answer: Run) -> None:
    assert answer.response["statusCode"] == 200

    assert answer.loaded & HEAVY == set()
    assert len(answer.loaded) <= OWN_MODULES


def test_what_the_first_read_of_the_secret_needs_is_loaded_before_the_first_event(answer: Run) -> None:
    assert "ssl" in answer.at_init

    assert len(answer.loaded - answer.at_init) <= 6


def test_fallback_loads_the_standard_library_alone(fallback: Run) -> None:
    assert fallback.response["statusCode"] == 200

    assert {name.partition(".")[0] for name in fallback.loaded} <= {*sys.stdlib_module_names, "app"}
    assert len(fallback.loaded) <= 12


def test_a_cold_start_compiles_no_module_of_the_layers(answer: Run, layers: list[Path]) -> None:
    assert any(name.endswith(".pyc") and "switchboard" in name for name in answer.read)

    assert [name for name in answer.compiled if "/python/" in name] == []
    assert [name for name in answer.read if name.startswith(str(layers[0])) and name.endswith(".py")] == []


def test_every_module_of_the_layers_is_compiled_for_the_runtime_and_never_checked(layers: list[Path]) -> None:
    wrong = []
    for source in (path for layer in layers for path in layer.rglob("*.py")):
        compiled = Path(importlib.util.cache_from_source(str(source)))
        header = compiled.read_bytes()[:8] if compiled.exists() else b""
        if header != importlib.util.MAGIC_NUMBER + UNCHECKED_HASH:
            wrong.append(str(source))

    assert wrong == []


def test_compiled_files_of_the_layers_know_nothing_of_where_they_were_built(layers: list[Path]) -> None:
    elsewhere = {
        str(path): code.co_filename
        for layer in layers
        for path in layer.rglob("*.pyc")
        if not (code := marshal.loads(path.read_bytes()[16:])).co_filename.startswith("/opt/python/")  # noqa: S302 - ours
    }

    assert elsewhere == {}


def test_same_sources_make_the_same_layer_wherever_it_is_built(tmp_path: Path) -> None:
    built = []
    for seed in "12":
        target = tmp_path / f"folder-{seed}"
        environment = {**sam.layer_environment(), "PATH": f"{paths.UV}:{os.defpath}", "PYTHONHASHSEED": seed}
        command = ["make", "--silent", "build-SwitchboardLayer", f"ARTIFACTS_DIR={target}"]
        subprocess.run(command, cwd=paths.LAYER, env={**os.environ, **environment}, check=True)
        files = [path for path in target.rglob("*") if path.is_file()]
        built.append({path.relative_to(target): path.read_bytes() for path in files})

    assert [name for name in built[0] if name.suffix == ".pyc"]
    assert built[0] == built[1]


def test_both_layers_together_stay_within_35_mb(layers: list[Path]) -> None:
    size = sum(path.stat().st_size for layer in layers for path in layer.rglob("*") if path.is_file())

    assert size <= 35 * MB, f"{size / MB:.1f} MB; what can go, goes in layers/dependencies/Makefile"


def test_what_was_left_out_of_the_layers_is_not_missed(layers: list[Path]) -> None:
    signs = """
import aws_lambda_powertools.event_handler, httpx, jwt, pydantic
from cryptography.hazmat.primitives.asymmetric import rsa
key = rsa.generate_private_key(65537, 2048)
jwt.decode(jwt.encode({"a": 1}, key, "RS256"), key.public_key(), ["RS256"])
"""

    environment = {"PYTHONPATH": ":".join(map(str, layers))}
    command = [sys.executable, "-S", "-c", signs]
    done = subprocess.run(command, env=environment, capture_output=True, check=False)

    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize("layer", ["dependencies", "switchboard"])
def test_build_without_uv_says_that_uv_is_missing_and_nothing_else(tmp_path: Path, layer: str) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("make", "sh", "mkdir", "cp", "find", "rm"):
        (programs / name).symlink_to(shutil.which(name) or "")
    folder = shutil.copytree(paths.ROOT / "layers" / layer, tmp_path / layer, ignore=NOTHING_COMPILED)

    target = [f"build-{layer.capitalize()}Layer", "SHELL=sh", f"ARTIFACTS_DIR={tmp_path / 'made'}"]
    done = subprocess.run(
        [programs / "make", *target],
        cwd=folder,
        env={"PATH": str(programs)},
        capture_output=True,
        text=True,
        check=False,
    )

    said = done.stderr.splitlines()
    assert done.returncode == 2
    assert said[0].startswith("The layers are built with uv, which isn't on the PATH. Install it")
    assert "No Python" not in done.stderr
    assert not (tmp_path / "made").exists()
