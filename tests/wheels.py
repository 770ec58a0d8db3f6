"""A package index in a folder, for pip and for uv: nothing is fetched."""

import zipfile
from pathlib import Path

import pytest


def wheel(folder: Path, name: str, version: str) -> Path:
    """A package of one module, as an index has it."""
    path, info = folder / f"{name}-{version}-py3-none-any.whl", f"{name}-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}.py", f'VERSION = "{version}"\n')
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


def index(folder: Path, monkeypatch: pytest.MonkeyPatch, *packages: tuple[str, str]) -> Path:
    """Let there be these packages, each with its version, and no others."""
    folder.mkdir()
    for name, version in packages:
        wheel(folder, name, version)
    for tool in ("UV", "PIP"):
        monkeypatch.setenv(f"{tool}_FIND_LINKS", folder.as_uri())
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    settings = folder / "uv.toml"  # uv has no variable for it
    settings.write_text("no-index = true\n")
    monkeypatch.setenv("UV_CONFIG_FILE", str(settings))
    return folder
