"""The template's copy for the embedded AWS: each line that has to differ does, or is missed aloud."""

import json
from pathlib import Path

import pytest

from local.template import local_template
from operate import paths
from operate.errors import OperatorError

TEMPLATE = (paths.ROOT / "template.yaml").read_text()
LISTING = "                Action: ssm:GetParametersByPath\n                Resource: "


def copied(folder: Path, template: str) -> str:
    source = folder / "template.yaml"
    source.write_text(template)
    return local_template(source, folder / "copy.yaml", "http://127.0.0.1:4566").read_text()


def test_copy_names_the_files_beside_the_template_it_is_made_of(tmp_path: Path) -> None:
    copy = copied(tmp_path, TEMPLATE)

    assert f"LicenseUrl: {tmp_path}/LICENSE\n" in copy
    assert f"ReadmeUrl: {tmp_path}/README.md\n" in copy


@pytest.mark.parametrize(
    ("written", "reformatted", "named"),
    [
        ("python3.13", "python3.14", "python3.13"),
        ("BaseUrl: !Sub", "BaseUrl:\n        Fn::Sub:", "BaseUrl"),
        ("FallbackUrl: !Sub", "FallbackUrl:\n        Fn::Sub:", "FallbackUrl"),
        ("WEBHOOKS_URL: !Sub", "WEBHOOKS_URL:\n            Fn::Sub:", "WEBHOOKS_URL"),
        (LISTING, LISTING.rstrip() + "\n                  - ", "GetParametersByPath"),
        ("HasNumbers: !Not [", "HasNumbers: !Or [", "HasNumbers"),
        ("LicenseUrl: LICENSE", 'LicenseUrl: "LICENSE"', "LicenseUrl"),
        ("ReadmeUrl: README.md", "ReadmeUrl: ./README.md", "ReadmeUrl"),
    ],
    ids=["runtime", "own address", "fallback", "signed for", "policy", "numbers", "license", "readme"],
)
def test_reformatted_line_is_named_with_the_pattern_that_missed_it(
    tmp_path: Path, written: str, reformatted: str, named: str
) -> None:
    assert written in TEMPLATE

    with pytest.raises(OperatorError, match=f"{named}.*found 0 such lines") as raised:
        copied(tmp_path, TEMPLATE.replace(written, reformatted))

    assert "local/template.py" in raised.value.next_step


def test_line_that_is_there_twice_is_named_too(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match=r"LicenseUrl.*found 2 such lines"):
        copied(
            tmp_path, TEMPLATE.replace("LicenseUrl: LICENSE", "LicenseUrl: LICENSE\n    LicenseUrl: LICENSE")
        )


def test_copy_says_where_the_webhooks_answer_that_vonage_knows_by_other_addresses(tmp_path: Path) -> None:
    environment = copied(tmp_path, TEMPLATE).partition("SWITCHBOARD_WEBHOOKS_URL: ")[2].splitlines()

    api, path = (
        "https://${%s}.execute-api.${AWS::Region}.${AWS::URLSuffix}",
        "/_aws/execute-api/${%s}/$default",
    )
    assert environment[0] == f"!Sub http://127.0.0.1:4566{path % 'WebhookApi'}/webhooks"
    name, _, value = environment[1].strip().partition(": !Sub ")
    assert name == "SWITCHBOARD_REACHED_AT"
    assert json.loads(value.strip("'")) == {
        api % each: f"http://127.0.0.1:4566{path % each}" for each in ("WebhookApi", "FallbackApi")
    }


def test_functions_tell_all_on_a_laptop_and_nowhere_else(tmp_path: Path) -> None:
    patterns = ("*.yaml", "*.toml", "examples/**/*.yaml", "provisioner/**/*.yaml")
    deployed = [path.read_text() for pattern in patterns for path in paths.ROOT.glob(pattern)]
    telling = '        POWERTOOLS_METRICS_NAMESPACE: Switchboard\n        SWITCHBOARD_TELL_ALL: "1"\n'

    assert telling in copied(tmp_path, TEMPLATE)
    assert TEMPLATE in deployed
    assert not any("TELL_ALL" in text for text in deployed)
