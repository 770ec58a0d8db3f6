"""A function's own packages: beside the layer's, for everybody on this machine, or refused in a sentence."""

import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from operate import paths
from operate.errors import OperatorError
from operate.stages import sam
from operate.stages.packages import Packages
from tests import wheels

LAYER = "shared==1.0 \\\n    --hash=sha256:{digest}\n    # via -r requirements.in\n"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All packages that there are, for uv and for pip."""
    versions = [(name, version) for name in ("shared", "words") for version in ("1.0", "2.0")]
    return wheels.index(tmp_path / "index", monkeypatch, *versions)


@pytest.fixture
def project(tmp_path: Path, index: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in a folder with a blank in its name, whose layer has `shared`."""
    root = tmp_path / "my project"
    layer = root / "layers" / "dependencies"
    layer.mkdir(parents=True)
    digest = hashlib.sha256((index / "shared-1.0-py3-none-any.whl").read_bytes()).hexdigest()
    (layer / "requirements.txt").write_text(LAYER.format(digest=digest))
    monkeypatch.setattr(paths, "ROOT", root)
    return root


def asks(project: Path, function: str, *lines: str) -> Path:
    file = project / "functions" / function / "requirements.txt"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{line}\n" for line in lines))
    return file


def seen(project: Path, statement: str) -> str:
    """What Python prints with the project's packages on its path."""
    folder = project / ".local" / "packages"
    command = [sys.executable, "-c", f"import sys; sys.path.append({str(folder)!r}); {statement}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_what_any_function_asks_for_is_there_for_all(project: Path) -> None:
    asks(project, "answer", "words==1.0")
    (project / "app" / "functions" / "report").mkdir(parents=True)
    (project / "app" / "functions" / "report" / "requirements.txt").write_text("shared\n")

    assert Packages(project).make_ready()

    assert seen(project, "import words, shared; print(words.VERSION, shared.VERSION)") == "1.0 1.0"


def test_nothing_is_installed_twice_until_a_file_changes(project: Path) -> None:
    file = asks(project, "answer", "-r more.txt")
    (file.parent / "more.txt").write_text("words==1.0\n")
    assert [Packages(project).make_ready(), Packages(project).make_ready()] == [True, False]

    (file.parent / "more.txt").write_text("words==2.0\n")

    assert Packages(project).make_ready()
    assert seen(project, "import words; print(words.VERSION)") == "2.0"


def test_commands_at_the_same_time_install_once_and_whole(project: Path) -> None:
    asks(project, "answer", "words==1.0")

    with ThreadPoolExecutor() as commands:
        did = list(commands.map(lambda _: Packages(project).make_ready(), range(4)))

    assert sorted(did) == [False, False, False, True]
    assert seen(project, "import words; print(words.VERSION)") == "1.0"


def test_package_that_nobody_asks_for_any_more_is_gone(project: Path) -> None:
    file = asks(project, "answer", "words")
    Packages(project).make_ready()
    file.unlink()

    assert Packages(project).make_ready()

    assert list((project / ".local" / "packages").glob("words*")) == []
    assert not Packages(project).make_ready()


def test_project_without_packages_has_nothing_to_do(project: Path) -> None:
    assert not Packages(project).make_ready()
    assert not (project / ".local").exists()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("shared==2.0", r"Because you require shared==2\.0 and shared==1\.0, we can conclude"),
        ("misspelt", "misspelt was not found"),
        ("words ==== 1", "Couldn't parse requirement"),
        (f"words==1.0 --hash=sha256:{'0' * 64}", "Hash mismatch"),
    ],
    ids=["another version than the layer's", "unknown", "unreadable", "another content"],
)
def test_what_can_t_be_installed_is_said_with_its_file_and_changes_nothing(
    project: Path, line: str, said: str
) -> None:
    asks(project, "answer", "words==1.0")
    Packages(project).make_ready()
    asks(project, "answer", line)
    asks(project, "event", "words")

    with pytest.raises(
        OperatorError, match=rf"^functions/answer/requirements.txt can't be installed: .*{said}"
    ):
        Packages(project).make_ready()

    assert seen(project, "import words; print(words.VERSION)") == "1.0"


def test_two_functions_with_two_versions_are_told_apart_from_one_that_is_wrong(project: Path) -> None:
    asks(project, "answer", "words==1.0")
    asks(project, "event", "words==2.0")

    with pytest.raises(
        OperatorError, match=r"answer/\S+ and functions/event/\S+ can't .* side by side"
    ) as error:
        Packages(project).make_ready()

    assert "words==1.0 and words==2.0" in error.value.cause
    assert "one version" in error.value.next_step


def test_function_is_laid_out_with_its_code_and_its_packages_alone(project: Path, tmp_path: Path) -> None:
    file, built = asks(project, "answer", "words==1.0"), tmp_path / "built" / "AnswerFunction"
    (file.parent / "app.py").write_text("import words\n")
    Packages(project).bring(file.parent, built)
    assert {"app.py", "words.py"} <= {path.name for path in built.iterdir()}

    file.unlink()
    Packages(project).bring(file.parent, built)

    assert [path.name for path in built.iterdir()] == ["app.py"]


def resolved_by_pip(file: Path) -> str:
    """What the pip of `sam build` would find, which knows the file and the environment alone."""
    own = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    done = subprocess.run(
        [str(paths.UV / "pip"), "install", "--dry-run", "--target", "t", "--requirement", str(file)],
        env=Packages(paths.ROOT).for_sam_build(own),
        cwd=file.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout


def test_sam_build_is_held_to_the_layer_s_versions_with_hashes_or_without(project: Path, index: Path) -> None:
    digest = hashlib.sha256((index / "words-1.0-py3-none-any.whl").read_bytes()).hexdigest()

    taken = resolved_by_pip(asks(project, "answer", f"words==1.0 --hash=sha256:{digest}"))
    refused = resolved_by_pip(asks(project, "event", "shared==2.0"))

    assert "Would install words-1.0" in taken
    assert "The user requested (constraint) shared==1.0" in refused


TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  AnswerFunction:
    Type: AWS::Serverless::Function
    Properties: {{CodeUri: functions/answer/, Handler: app.lambda_handler, Runtime: {runtime}}}
"""


@pytest.mark.timeout(300)
def test_sam_build_follows_the_layer_when_its_versions_change(project: Path) -> None:
    file = asks(project, "answer", "shared")
    (file.parent / "app.py").write_text("def lambda_handler(event, context): ...\n")
    runtime = next(path.name for path in paths.UV.glob("python3.*"))
    (project / "template.yaml").write_text(TEMPLATE.format(runtime=runtime))
    layer = project / "layers" / "dependencies" / "requirements.txt"

    built = {}
    for version in ("1.0", "2.0"):
        layer.write_text(f"shared=={version}\n")
        with (project / "log").open("wb") as log:
            assert sam.run("build", "--cached", folder=project, log=log) == 0, (project / "log").read_text()
        built[version] = (project / ".aws-sam/build/AnswerFunction/shared.py").read_text()

    assert built == {version: f'VERSION = "{version}"\n' for version in built}
