"""A permissions boundary, which some organisations ask of every role."""

from typing import Any

from tests.template.test_parameters import conditions

Json = dict[str, Any]


def test_every_role_has_the_boundary_when_there_is_one(written: Json, resources: Json) -> None:
    roles = {name: r["Properties"] for name, r in resources.items() if r["Type"] == "AWS::IAM::Role"}

    boundary = {
        "Fn::If": ["HasPermissionsBoundary", {"Ref": "PermissionsBoundaryArn"}, {"Ref": "AWS::NoValue"}]
    }
    assert len(roles) >= 11
    assert {name for name, role in roles.items() if role.get("PermissionsBoundary") != boundary} == set()
    assert "HasPermissionsBoundary" not in conditions(written, {})
