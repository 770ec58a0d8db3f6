"""The page, which people attach; the variants of the template; and what is refused before anything begins."""

from pathlib import Path

import pytest
import yaml

from operate.__main__ import main
from operate.smoke import report, variants
from operate.smoke.line import Line, Result, Verdict

ACCOUNT = "123456789012"
SEEN = "VonageNumbers: 14155550123 of arn:aws:sqs:eu-west-1:123456789012:q\nis a|b, after 1795420800.5 s"
RESULT = Result(Line("numbers", "40 numbers", lambda _: ""), Verdict.DIFFERS, SEEN, 61.4)


def test_page_has_neither_account_ids_nor_phone_numbers() -> None:
    facts = {"account": ACCOUNT, "stack": "switchboard-smoke"}

    pages = (
        report.page(facts, [RESULT]),
        str(report.document(facts, [RESULT])),
        report.told(RESULT, ACCOUNT),
    )

    for page in pages:
        assert ACCOUNT not in page
        assert "14155550123" not in page
        assert "…123" in page


def test_page_has_a_row_for_each_line_with_what_was_expected_and_seen() -> None:
    row = report.page({"account": ACCOUNT}, [RESULT]).splitlines()[-1]

    assert row.startswith("| numbers | differs | 40 numbers | VonageNumbers: …123")
    assert row.count(" | ") == 4


def test_page_shows_angle_brackets_rather_than_taking_them_for_html() -> None:
    page = report.page({"account": ACCOUNT}, [RESULT])

    assert "* account: &lt;account>\n" in page
    assert "eu-west-1:&lt;account>:q" in page


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("arn:aws:sqs:eu-west-1:123456789012:q of 447700900123", "arn:aws:sqs:eu-west-1:<account>:q of …123"),
        ("arn:aws:iam::210987654321:role/r", "arn:aws:iam::<account>:role/r"),
        (
            "https://sqs.eu-west-1.amazonaws.com/123456789012/q",
            "https://sqs.eu-west-1.amazonaws.com/<account>/q",
        ),
        ("linked to +447700900123.", "linked to …123."),
        ("after 1795420800.5 s", "after 1795420800.5 s"),
        ("of 0b67a1c2-1234-4a5b-8c9d-123456789014", "of 0b67a1c2-1234-4a5b-8c9d-123456789014"),
    ],
)
def test_number_is_told_from_an_account_id_and_from_what_is_neither(text: str, masked: str) -> None:
    assert report.masked(text, ACCOUNT) == masked


@pytest.fixture
def packaged(tmp_path: Path) -> Path:
    template = tmp_path / "packaged.yaml"
    answer = {"Type": "AWS::Serverless::Function", "Properties": {"Handler": "app.lambda_handler"}}
    document = {
        "Resources": {"AnswerFunction": answer, "VonageApplication": {"Type": "Custom::VonageApplication"}},
        "Outputs": {
            "ApplicationId": {"Value": {"Fn::GetAtt": ["VonageApplication", "ApplicationId"]}},
            "WebhookUrl": {"Value": {"Fn::Sub": "https://…"}},
        },
    }
    template.write_text(yaml.safe_dump(document))
    return template


def test_broken_flow_differs_in_the_answer_alone(packaged: Path, tmp_path: Path) -> None:
    before = yaml.safe_load(packaged.read_text())

    broken = yaml.safe_load(variants.broken_flow(packaged, tmp_path / "broken.yaml").read_text())

    assert broken["Resources"]["AnswerFunction"]["Properties"].pop("Handler") == "app.not_there"
    before["Resources"]["AnswerFunction"]["Properties"].pop("Handler")
    assert broken == before


def test_without_vonage_nothing_refers_to_what_is_left_out(packaged: Path, tmp_path: Path) -> None:
    left = yaml.safe_load(variants.without_vonage(packaged, tmp_path / "left.yaml").read_text())

    assert set(left["Resources"]) == {"AnswerFunction"}
    assert set(left["Outputs"]) == {"WebhookUrl"}


@pytest.mark.parametrize(
    ("option", "says"),
    [
        ("--only=nothing", "no line is called nothing"),
        ("--parameters=Numbers=447700900000", "--numbers"),
        ("--parameters=LogLevel", "NAME=VALUE"),
        ("--parameters=LogLevel='DEBUG", "No closing quotation"),
        ("--numbers=+44", "isn't a number"),
        ("--json", "--json needs --confirm"),
        ("--report=missing/x.md", "missing/x.md can't be the page"),
        ("--template=missing.yaml", "no template missing.yaml"),
    ],
)
def test_wrong_options_are_refused_before_anything_begins(
    capsys: pytest.CaptureFixture[str], option: str, says: str
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["smoke", option])

    assert says in capsys.readouterr().err
