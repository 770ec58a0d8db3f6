"""A built template, packed: its code in files beside it, the same bytes whenever the same code is packed.

The SAM CLI uploads a file as it is, and zips a folder with the times of its files, so that two stages that it
deploys from one build may run code of two digests. Here a folder is zipped without anything but its files'
names, what they hold, and whether they are programs.

Source: samcli.lib.package.utils.upload_local_artifacts and packageable_resources, whose properties these are.
"""

import hashlib
import io
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import yaml

TEMPLATE = "template.yaml"
_CODE = "code"
_NESTED = {"Location", "TemplateURL"}
# The properties in which the SAM CLI looks for files and folders.
_LOCAL = _NESTED | {
    "BodyS3Location", "Code", "CodeUri", "Command", "Content", "ContentUri", "DefinitionS3Location",
    "DefinitionUri", "LicenseUrl", "ReadmeUrl", "SchemaUri", "ScriptLocation", "SourceBundle",
}  # fmt: skip
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip file can name
_FILE, _PROGRAM, _UNIX = 0o100644, 0o100755, 3


def pack(built: Path, folder: Path) -> None:
    """Write a template into a folder, and everything that it names beside it.

    Args:
        built: The template, as `sam build` leaves it.
        folder: Takes template.yaml and the files; `sam deploy` needs nothing else.
    """
    (folder / _CODE).mkdir(parents=True)
    packed = _packed(yaml.safe_load(built.read_text()), built.parent, folder)
    (folder / TEMPLATE).write_text(yaml.safe_dump(packed, sort_keys=False, allow_unicode=True, width=1000))


def _packed(part: object, source: Path, folder: Path) -> object:
    """A part of a template, with what it names brought along."""
    if isinstance(part, list):
        return [_packed(each, source, folder) for each in part]
    if not isinstance(part, dict):
        return part
    return {
        key: _brought(key, source / value, folder)
        if key in _LOCAL and isinstance(value, str) and (source / value).exists()
        else _packed(value, source, folder)
        for key, value in part.items()
    }


def _brought(key: str, path: Path, folder: Path) -> str:
    """Where in the folder a file, a nested template or a folder of code is from now on.

    What a name ends with follows from the content, never from where it was built.
    """
    if key in _NESTED and path.is_file() and "Resources" in (yaml.safe_load(path.read_text()) or {}):
        nested = f"{_CODE}/{path.parent.name}"
        if not (folder / nested).exists():
            pack(path, folder / nested)
        return f"{nested}/{TEMPLATE}"
    content = _zipped(path) if path.is_dir() else path.read_bytes()
    ending = ".zip" if path.is_dir() else path.suffix
    name = f"{_CODE}/{path.name.removesuffix(ending)}-{hashlib.sha256(content).hexdigest()[:8]}{ending}"
    (folder / name).write_bytes(content)
    return name


def _zipped(source: Path) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path in sorted(_files(source)):
            entry = zipfile.ZipInfo(path.relative_to(source).as_posix(), _LONG_AGO)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, _UNIX
            entry.external_attr = (_PROGRAM if os.access(path, os.X_OK) else _FILE) << 16
            archive.writestr(entry, path.read_bytes())
    return content.getvalue()


def _files(folder: Path) -> Iterator[Path]:
    """All files, those behind links included, as the SAM CLI takes them."""
    for found, _, names in os.walk(folder, followlinks=True):
        yield from (Path(found, name) for name in names)
