"""What the copies of recordings and files leave behind."""

from typing import Any

Json = dict[str, Any]


def test_copy_that_broke_off_is_thrown_away(resources: Json) -> None:
    """A large file is sent in parts, which S3 keeps, unseen and charged for, until the upload is ended."""
    statements = resources["MediaRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    (rule,) = resources["MediaBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]

    assert ["s3:PutObject", "s3:AbortMultipartUpload"] in [statement["Action"] for statement in statements]
    assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
    assert rule["Status"] == "Enabled"


def test_every_consumer_of_a_queue_is_bound_so_that_calls_find_room(resources: Json) -> None:
    mappings = {
        name: each["Properties"].get("ScalingConfig", {}).get("MaximumConcurrency")
        for name, each in resources.items()
        if each["Type"] == "AWS::Lambda::EventSourceMapping"
    }

    assert mappings == {
        "RecordFunctionQueue": {"Ref": "RecordConcurrency"},
        "OutboundFunctionQueue": {"Ref": "OutboundConcurrency"},
        "OutboundFunctionBusQueue": {"Ref": "OutboundConcurrency"},
        "MediaFunctionQueue": {"Ref": "MediaConcurrency"},
        "BulkCommandMapping": {"Ref": "BulkConcurrency"},
        "CampaignCommandFunctionQueue": 2,  # the least there is
    }


def test_mail_alone_has_the_bucket_and_nothing_that_copies(resources: Json) -> None:
    """And its function may write below one name in it, and read nothing."""
    assert resources["MediaBucket"]["Condition"] == "HasBucket"
    media = {name for name, each in resources.items() if each.get("Condition") == "HasMedia"}
    assert {"MediaFunction", "MediaQueue", "MediaRule", "MediaRole"} <= media
    (document,) = (
        policy["PolicyDocument"] for policy in resources["InboundFunctionRole"]["Properties"]["Policies"]
    )
    (_, writes) = document["Statement"]
    condition, allowed, _ = writes["Fn::If"]
    assert (condition, allowed["Action"]) == ("HasInboundEmail", "s3:PutObject")
    assert allowed["Resource"] == {"Fn::Sub": "${MediaBucket.Arn}/messages.inbound/*"}


def test_what_is_kept_ends_when_its_parameter_says(resources: Json) -> None:
    (rule,) = resources["MediaBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]

    assert rule["ExpirationInDays"] == {"Fn::If": ["HasMedia", {"Ref": "MediaDays"}, {"Ref": "TimelineDays"}]}


def test_alarm_of_what_is_too_large_names_the_parameter(resources: Json) -> None:
    assert "InboundEmail" in resources["TooLargeAlarm"]["Properties"]["AlarmDescription"]
