"""Why webhooks run $LATEST: behind an alias of SAM's, a changed parameter would be deployed and never served.

docs/adr/0014-no-alias.md. Should SAM publish a version for it one day, these tests say so.
"""

from pathlib import Path

from tests.template.conftest import translate

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  ForwardTo: {Type: String, Default: before}
Resources:
  Layer:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: layer/, Description: before, PublishLambdaVersion: true}
  Answer:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: answer/
      Handler: app.lambda_handler
      Runtime: python3.13
      Layers: [!Ref Layer]
      Environment: {Variables: {FORWARD_TO: !Ref ForwardTo}}
      AutoPublishAlias: live
"""
ALL = TEMPLATE + "      AutoPublishAliasAllProperties: true\n"


def published(folder: Path, text: str) -> list[str]:
    """The versions that SAM wants. One whose name was there before isn't published again."""
    template = folder / "template.yaml"
    template.write_text(text)
    resources = translate(template)["translated"]["Resources"]
    return [name for name, each in resources.items() if each["Type"] == "AWS::Lambda::Version"]


def test_alias_keeps_the_old_layer_unless_every_property_counts(tmp_path: Path) -> None:
    changed = ("Description: before", "Description: after")

    assert published(tmp_path, TEMPLATE.replace(*changed)) == published(tmp_path, TEMPLATE)
    assert published(tmp_path, ALL.replace(*changed)) != published(tmp_path, ALL)


def test_alias_keeps_the_old_parameter_even_if_every_property_counts(tmp_path: Path) -> None:
    changed = ("Default: before", "Default: after")

    assert published(tmp_path, ALL.replace(*changed)) == published(tmp_path, ALL)
