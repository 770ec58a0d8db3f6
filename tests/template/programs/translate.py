"""Prints the CloudFormation template that the SAM CLI's own translator makes of a SAM template.

Run by the interpreter of the SAM CLI's environment, whose pins are not ours: `python translate.py TEMPLATE`.
"""

import json
import sys
from pathlib import Path

from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform


class NoManagedPolicies:
    """SAM asks for the account's managed policies; the template names none of them."""

    def load(self) -> dict[str, str]:
        return {}


written = json.loads(json.dumps(yaml_parse(Path(sys.argv[1]).read_text())))
packaged = json.loads(json.dumps(written))
for resource in packaged["Resources"].values():
    for key in {"CodeUri", "ContentUri"} & resource.get("Properties", {}).keys():
        resource["Properties"][key] = "s3://bucket/key"
translated = transform(packaged, {}, NoManagedPolicies())
sys.stdout.write(json.dumps({"written": written, "translated": translated}))
