"""Runs a built function as Lambda would, and prints what Python loaded, read and compiled for it.

Standard input: the event. The package is on PYTHONPATH.
"""

import json
import logging
import sys
from importlib import import_module

read: list[str] = []
compiled: list[str] = []


def watch(event: str, arguments: tuple[object, ...]) -> None:
    """Python's own report of each file it opens and each source it compiles."""
    if event == "open" and isinstance(arguments[0], str):
        read.append(arguments[0])
    elif event == "compile":
        compiled.append(str(arguments[1]))


event = json.load(sys.stdin)
logging.getLogger()  # loaded by Lambda's runtime client, too
before = set(sys.modules)
sys.addaudithook(watch)

lambda_handler = import_module("app").lambda_handler

at_init = sorted(set(sys.modules) - before)
sys.stdout = sys.stderr  # the functions' own lines
response = lambda_handler(event, None)
report = {
    "at_init": at_init,
    "loaded": sorted(set(sys.modules) - before),
    "read": read,
    "compiled": compiled,
    "response": response,
}
sys.__stdout__.write(json.dumps(report))  # type: ignore[union-attr] # there is one: a pipe
