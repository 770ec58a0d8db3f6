"""What `make up` says of a deployment into what is up."""

from local.live.changes import told


def test_added_changed_and_removed_resources_are_named() -> None:
    before = {"AnswerFunction": {"Timeout": 5}, "EventFunction": {}, "OldTable": {}}
    after = {"AnswerFunction": {"Timeout": 9}, "EventFunction": {}, "OwnTable": {}, "OwnTopic": {}}

    assert told(before, after) == "Added: OwnTable, OwnTopic.\nChanged: AnswerFunction.\nRemoved: OldTable."


def test_deployment_without_effect_says_so() -> None:
    assert told({"A": {}}, {"A": {}}) == "Neither code nor template had changed since the last deployment."
