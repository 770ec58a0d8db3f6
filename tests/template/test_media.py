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
    }
