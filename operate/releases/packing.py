"""A built template, packed: its code in files beside it, the same bytes whenever the same code is packed.

The SAM CLI uploads a file as it is, and zips a folder with the times of its files, so that two stages that it
deploys from one build may run code of two digests. Here a folder is zipped without anything but its files'
names, what they hold, and whether they are programs.

Source: samcli.lib.package.utils.upload_local_artifacts and packageable_resources, whose properties these are.
"""

import os
import re
import shutil
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
        key: _brought(key, source, value, folder)
        if key in _LOCAL and isinstance(value, str) and (source / value).exists()
        else _packed(value, source, folder)
        for key, value in part.items()
    }


def _brought(key: str, source: Path, value: str, folder: Path) -> str:
    """Where in the folder a file, a nested template or a folder of code is from now on."""
    path, name = source / value, f"{_CODE}/{re.sub(r'[^A-Za-z0-9.]+', '-', value).strip('-.')}"
    if path.is_dir():
        name = f"{name}.zip"
        _zip(path, folder / name)
    elif key in _NESTED and "Resources" in (yaml.safe_load(path.read_text()) or {}):
        if not (folder / name).exists():
            pack(path, folder / name)
        name = f"{name}/{TEMPLATE}"
    else:
        shutil.copyfile(path, folder / name)
    return name


def _zip(source: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(_files(source)):
            entry = zipfile.ZipInfo(path.relative_to(source).as_posix(), _LONG_AGO)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, _UNIX
            entry.external_attr = (_PROGRAM if os.access(path, os.X_OK) else _FILE) << 16
            archive.writestr(entry, path.read_bytes())


def _files(folder: Path) -> Iterator[Path]:
    """All files, those behind links included, as the SAM CLI takes them."""
    for found, _, names in os.walk(folder, followlinks=True):
        yield from (Path(found, name) for name in names)
