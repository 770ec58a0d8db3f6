"""What a function loads when it starts: a caller waits for each module."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = {
    "asyncio", "aws_lambda_powertools", "boto3", "botocore", "cryptography", "http.client", "httpx",
    "importlib.metadata", "jwt", "pydantic", "ssl",
}  # fmt: skip

LOADED = (
    "import json, sys; before = set(sys.modules); {}; print(json.dumps(sorted(set(sys.modules) - before)))"
)


def loaded(statement: str) -> set[str]:
    """The modules that a statement loads in a fresh interpreter without an environment."""
    path = [
        str(ROOT / "tests"),
        str(ROOT),
        str(ROOT / "layers/switchboard"),
        *(entry for entry in sys.path if "site-packages" in entry),
    ]
    code = f"import sys; sys.path[:0] = {path!r}; {LOADED.format(statement)}"
    run = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, check=True, env={})
    return set(json.loads(run.stdout))


def test_answering_a_call_loads_nothing_heavy() -> None:
    modules = loaded("import flows.answer.app")

    assert modules & HEAVY == set()
    assert len(modules) <= 60


def test_answering_a_call_that_is_a_dialog_loads_nothing_heavy() -> None:
    modules = loaded("import examples.reception.answer.app")

    assert modules & HEAVY == set()
    assert len(modules) <= 80


@pytest.mark.parametrize("function", ["event", "inbound", "status", "rtc_event"])
def test_no_webhook_loads_what_only_other_functions_need(function: str) -> None:
    modules = loaded(f"import flows.{function}.app")

    assert modules & (HEAVY - {"http.client", "ssl"}) == set()


@pytest.mark.parametrize("name", ["settings", "secret", "table"])
def test_what_the_user_s_stack_holds_is_read_without_boto3(name: str) -> None:
    modules = loaded(f"from switchboard import {name}")

    assert modules & (HEAVY - {"http.client", "ssl"}) == set()


def test_a_flow_that_reads_nothing_of_it_loads_nothing_for_it() -> None:
    assert not {name for name in loaded("import flows.answer.app") if name.startswith("switchboard.yours")}


def test_the_fallback_loads_the_standard_library_alone() -> None:
    modules = loaded("import flows.fallback.app")

    assert {module.partition(".")[0] for module in modules} <= {*sys.stdlib_module_names, "flows"}


def test_the_package_itself_loads_none_of_its_modules() -> None:
    assert [name for name in loaded("import switchboard") if name.startswith("switchboard.")] == []


@pytest.mark.parametrize("folder", ["tests/flows", "examples"])
def test_flows_use_public_names_alone_since_they_may_run_with_another_release_s_layer(folder: str) -> None:
    nodes = [
        node for path in (ROOT / folder).rglob("app.py") for node in ast.walk(ast.parse(path.read_text()))
    ]
    modules = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    modules += [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]

    assert [name for name in modules if name.startswith("switchboard.")] == []
    assert "switchboard" in modules


def test_every_exported_name_can_be_imported() -> None:
    import switchboard

    for name in switchboard.__all__:
        assert getattr(switchboard, name) is not None


def test_a_name_that_is_not_exported_is_an_error() -> None:
    import switchboard

    with pytest.raises(AttributeError, match="tlak"):
        _ = switchboard.tlak
