"""The project's code in the embedded AWS: live when it is saved, stopped at breakpoints."""

import contextlib
import io
import json
import queue
import shutil
import socket
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from local import aws, service
from local.debugging import Debugging
from local.live.reload import Reloader
from local.live.sources import units
from local.stage import Stage
from local.telling.responses import crashed
from operate import paths
from tests import projects, wheels
from tests.e2e.debugger import Debugger
from tests.e2e.traffic import OF_A_SLOW_MACHINE, coming_in
from vonage_simulator.vonage import Vonage

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

STACK = "reload"
ROLE = f"arn:aws:iam::{aws.ACCOUNT_ID}:role/reload"
TEMPLATE = """
Resources:
  AnswerFunction:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: functions/answer/, Handler: app.lambda_handler, Role: !Ref Role}
  SwitchboardLayer:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: layers/switchboard/}
"""
ANSWER = "import words\n\ndef lambda_handler(event, context):\n    return {!r} + words.WHO\n"

BUDGET = "def answer_budget_s() -> float:\n    return 4\n"

Told = queue.Queue[tuple[str, str]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "functions/answer").mkdir(parents=True)
    (tmp_path / "layers/switchboard/switchboard").mkdir(parents=True)
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / "functions/answer/app.py").write_text(ANSWER.format("Hello "))
    (tmp_path / "layers/switchboard/words.py").write_text("WHO = 'world'\n")
    (tmp_path / "layers/switchboard/switchboard/environment.py").write_text(BUDGET)
    return tmp_path


@pytest.fixture
def functions(aws_url: str, project: Path) -> Iterator["LambdaClient"]:
    """The project's function and layer, deployed as CloudFormation does."""
    client = aws.session(aws_url).client("lambda", endpoint_url=aws_url)
    layer = next(unit for unit in units(project / "template.yaml", STACK) if unit.is_layer)
    made = client.publish_layer_version(
        LayerName=f"{STACK}-SwitchboardLayer", Content={"ZipFile": layer.archive()}
    )
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": "python3.13",
            "Handler": "app.lambda_handler",
            "Role": ROLE,
            "Code": {"ZipFile": "never run"},
            "Layers": [made["LayerVersionArn"]],
        },
    }
    cloudformation = aws.session(aws_url).client("cloudformation", endpoint_url=aws_url)
    cloudformation.create_stack(
        StackName=STACK, TemplateBody=json.dumps({"Resources": {"AnswerFunction": function}})
    )
    cloudformation.get_waiter("stack_create_complete").wait(StackName=STACK, WaiterConfig={"Delay": 1})
    yield client
    cloudformation.delete_stack(StackName=STACK)


@pytest.fixture
def told() -> Told:
    return queue.Queue()


@pytest.fixture
def reloader(aws_url: str, project: Path, told: Told) -> Reloader:
    return Reloader(aws_url, STACK, lambda what, words: told.put((what, words)), project)


def invoke(functions: "LambdaClient", reloader: Reloader) -> str:
    name = reloader._names()["AnswerFunction"]
    result: str = json.loads(functions.invoke(FunctionName=name)["Payload"].read())
    return result


def saved_until_told(file: Path, code: str, told: Told) -> tuple[str, str]:
    """Save a file, again if the watcher had not begun to look; what it tells."""
    for _ in range(10):
        file.write_text(code)
        with contextlib.suppress(queue.Empty):
            return told.get(timeout=3)
    raise AssertionError("nothing was told")


def test_saved_function_runs_at_the_next_call(
    functions: "LambdaClient", reloader: Reloader, project: Path, told: Told
) -> None:
    with reloader.watching():
        code = ANSWER.format("Good morning ")
        what, words = saved_until_told(project / "functions/answer/app.py", code, told)

    assert (what, words.partition(":")[0]) == ("reloaded", "AnswerFunction")
    assert invoke(functions, reloader) == "Good morning world"


def test_saved_requirements_are_live_with_the_code_that_imports_them(
    functions: "LambdaClient", reloader: Reloader, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheels.index(project / "index", monkeypatch, ("humanise", "1.0"))
    (project / "layers/dependencies").mkdir()
    (project / "layers/dependencies/requirements.txt").touch()
    code, wanted = project / "functions/answer/app.py", project / "functions/answer/requirements.txt"

    code.write_text("import humanise\n\ndef lambda_handler(event, context):\n    return humanise.VERSION\n")
    wanted.write_text("humanise\n")
    reloader.saved({code, wanted})

    assert invoke(functions, reloader) == "1.0"
    assert (project / ".local/packages/humanise.py").exists()


def test_saved_layer_reaches_the_functions_that_have_it(
    functions: "LambdaClient", reloader: Reloader, project: Path
) -> None:
    reloader.saved({project / "functions/answer/app.py"})
    assert invoke(functions, reloader) == "Hello world"

    (project / "layers/switchboard/words.py").write_text("WHO = 'everybody'\n")
    reloader.saved({project / "layers/switchboard/words.py"})

    assert invoke(functions, reloader) == "Hello everybody"


def test_file_that_python_cannot_read_leaves_the_old_code_live(
    functions: "LambdaClient", reloader: Reloader, project: Path, told: Told
) -> None:
    reloader.saved({project / "functions/answer/app.py"})
    told.get_nowait()

    (project / "functions/answer/app.py").write_text("def lambda_handler(event, context:\n")
    reloader.saved({project / "functions/answer/app.py"})

    what, words = told.get_nowait()
    assert what == "not reloaded"
    assert "app.py, line 1" in words
    assert invoke(functions, reloader) == "Hello world"


def test_function_that_cannot_start_is_not_called_live(
    functions: "LambdaClient", reloader: Reloader, project: Path, told: Told
) -> None:
    file = project / "functions/answer/app.py"
    file.write_text("import humanise\n")
    reloader.saved({file})

    place, why = "functions/answer/app.py:1", "ModuleNotFoundError: No module named 'humanise'"
    assert told.get_nowait() == ("not started", f"AnswerFunction can't start, {place}: {why}")
    assert reloader.functions.crashed == {"answer": crashed(why, [place])}

    file.write_text(ANSWER.format("Hello "))
    reloader.saved({file})

    assert told.get_nowait()[0] == "reloaded"
    assert reloader.functions.crashed == {}
    assert invoke(functions, reloader) == "Hello world"


def test_no_call_fails_while_files_are_saved(
    stage: Stage, vonage: Vonage, tmp_path: Path, told: Told
) -> None:
    for name in ("functions", "workers", "layers"):
        shutil.copytree(projects.shipped() / name, tmp_path / name, ignore=projects.NOTHING_COMPILED)
    shutil.copy(paths.ROOT / "template.yaml", tmp_path)
    (tmp_path / ".local").symlink_to(paths.LOCAL)  # what `sam build` made
    saved = [tmp_path / "functions/answer/app.py", tmp_path / "functions/event/app.py"]
    saved += [tmp_path / "layers/switchboard/switchboard/errors.py"]
    reloader = Reloader(
        stage.aws_url, stage.stack_name, lambda what, words: told.put((what, words)), tmp_path
    )
    number = stage.outputs()["LinkedNumbers"].split(",")[0]

    with coming_in(vonage, number, least=10) as traffic:
        for count, file in enumerate(saved * 2):
            file.write_text(f"{file.read_text()}\n# {count}\n")
            reloader.saved({file})

    assert {told.get_nowait()[0] for _ in saved * 2} == {"reloaded"}
    assert {call.status for call in traffic.calls} == {"completed"}
    assert traffic.failures() <= OF_A_SLOW_MACHINE
    assert len([said for said in traffic.said() if said != "Connecting you."]) <= len(
        traffic.failed("answer")
    )


def test_saved_template_says_what_to_run(reloader: Reloader, project: Path, told: Told) -> None:
    reloader.saved({project / "template.yaml"})
    assert told.get_nowait() == ("to be deployed", "template.yaml was saved. To deploy it, run: make up")


def test_built_packages_stay_and_compiled_code_goes(project: Path) -> None:
    function = units(project / "template.yaml", STACK)[0]
    built = project / "built"
    (built / "package/__pycache__").mkdir(parents=True)
    (built / "package/module.py").write_text("")
    (built / "package/__pycache__/module.cpython-313.pyc").write_bytes(b"old")

    archive = type(function)(function.logical_id, function.folder, built, is_layer=False).archive()

    assert zipfile.ZipFile(io.BytesIO(archive)).namelist() == ["app.py", "package/module.py"]


def test_breakpoint_in_the_project_s_file_stops_the_running_function(
    functions: "LambdaClient", reloader: Reloader, project: Path
) -> None:
    port = service.free_port()
    reloader.saved({project / "functions/answer/app.py"})
    answer = units(project / "template.yaml", STACK)[0]
    name = reloader._names()["AnswerFunction"]
    Debugging(functions, project).attach(answer, name, port)
    results: list[str] = []
    call = threading.Thread(target=lambda: results.append(invoke(functions, reloader)))

    with Debugger.attached(port, project / "functions/answer/app.py", line=4) as debugger:
        call.start()
        stopped = debugger.event("stopped")
        frame = debugger.ask("stackTrace", threadId=stopped["threadId"])["stackFrames"][0]
        seen = debugger.ask("evaluate", expression="words.WHO", frameId=frame["id"])["result"]
        budget = "__import__('switchboard.environment').environment.answer_budget_s()"
        budget_s = debugger.ask("evaluate", expression=budget, frameId=frame["id"])["result"]
        debugger.ask("continue", threadId=stopped["threadId"])
        call.join(30)

    assert (frame["source"]["path"], frame["line"]) == (str(project / "functions/answer/app.py"), 4)
    assert (seen, results) == ("'world'", ["Hello world"])
    assert budget_s == "900"


def test_page_neither_runs_anything_in_a_debugged_function_nor_ends_the_session(
    functions: "LambdaClient", reloader: Reloader, project: Path
) -> None:
    """Before a debugger is attached, while one is, and afterwards."""
    port, mark = service.free_port(), project / "mark"
    write = f"open({str(mark)!r}, 'w').close()"
    reloader.saved({project / "functions/answer/app.py"})
    name = reloader._names()["AnswerFunction"]
    Debugging(functions, project).attach(units(project / "template.yaml", STACK)[0], name, port)
    results: list[str] = []
    call = threading.Thread(target=lambda: results.append(invoke(functions, reloader)))

    socket.create_connection(("127.0.0.1", port), timeout=10).close()  # whoever only looks who listens
    assert a_page_says(port, write) == ""
    with Debugger.attached(port, project / "functions/answer/app.py", line=4) as debugger:
        call.start()
        stopped = debugger.event("stopped")
        assert a_page_says(port, write) == ""
        debugger.ask("continue", threadId=stopped["threadId"])
        call.join(30)
    assert a_page_says(port, write) == ""

    assert results == ["Hello world"]
    assert not mark.exists()


def a_page_says(port: int, expression: str) -> str:
    """What is answered to a page's request that is a message of a debugger, too."""
    evaluate = {"expression": expression, "context": "repl"}
    message = json.dumps({"seq": 1, "type": "request", "command": "evaluate", "arguments": evaluate})
    head = f"POST / HTTP/1.1\r\nOrigin: https://evil.example\r\nContent-Length: {len(message)}\r\n\r\n"
    with contextlib.suppress(ConnectionError), socket.create_connection(("127.0.0.1", port), 10) as plug:
        plug.sendall(f"{head}{message}".encode())
        return plug.recv(4096).decode()
    return ""
