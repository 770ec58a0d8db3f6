"""The lines of app/template.yaml that a beginner wouldn't know, written where they belong.

The file stays the user's: what is there isn't touched, and what was added is read again before it is kept.
"""

import re
from collections.abc import Sequence

import yaml

from operate.errors import OperatorError

# The flows that can be let read something, with what their role is exported as. The fallback has no layer.
FLOWS = {
    "answer": "Answer", "event": "Event", "inbound": "Inbound", "status": "Status", "rtc_event": "RtcEvent",
    "verify": "Verify",
}  # fmt: skip
SETTINGS = "SettingsParameter"
# The line of the settings' JSON after those that name what the stack made.
_LAST_SETTING = '        "app/settings": ${Settings}}'


class Template:
    """A template's text, to which resources and lines of resources are added.

    Args:
        text: As the user has it.
    """

    def __init__(self, text: str) -> None:
        self.text = text.rstrip("\n") + "\n"

    def has(self, resource: str) -> bool:
        """Whether the template has this resource."""
        return self._block(resource) is not None

    def add(self, resource: str) -> None:
        """Add a resource, given with its indented lines, as the last one."""
        self.text = re.sub(r"^Resources: *\{\}", "Resources:", self.text, flags=re.MULTILINE)
        if not re.search(r"^Resources:", self.text, re.MULTILINE):
            self.text += "\nResources:\n"
        above, heading, below = self.text.partition("Resources:\n")
        inside, after = re.split(r"^(?=[A-Za-z]|\Z)", below, maxsplit=1, flags=re.MULTILINE)
        others = f"{inside.rstrip()}\n\n" if inside.strip() else ""
        self.text = f"{above}{heading}{others}{resource}" + (f"\n{after}" if after else "")

    def add_settings(self) -> None:
        """Let the stack keep settings, unless it does."""
        if not self.has(SETTINGS):
            self.add(_settings())

    def add_setting(self, name: str, value: str) -> None:
        """Let the settings name something that the stack makes.

        Raises:
            OperatorError: The settings were written in another way.
        """
        self.add_settings()
        line = f'        "{name}": "{value}",\n'
        if f'"{name}":' in self.text:
            return
        if self.text.count(_LAST_SETTING) != 1:
            raise OperatorError(
                "app/template.yaml has its settings in a form that `make` doesn't write.",
                f"Write into their JSON: {line.strip()}",
            )
        self.text = self.text.replace(_LAST_SETTING, line + _LAST_SETTING)

    def allow(self, flow: str, what: str, actions: Sequence[str], resource: str) -> None:
        """Let a flow do something with a resource, by a policy of its own that all its rights are in.

        Raises:
            OperatorError: The flow's policy doesn't end in its statements.
        """
        policy = f"{FLOWS[flow]}Policy"
        if not self.has(policy):
            self.add(_policy(FLOWS[flow]))
        start, end = self._block(policy) or (0, 0)
        block = self.text[start:end].rstrip("\n")
        statement = _statement(what, actions, resource)
        if statement.rstrip("\n") in block:
            return
        if not re.search(r"^        Statement:(?:\n          .*)*\Z", block, re.MULTILINE):
            raise OperatorError(
                f"app/template.yaml has {policy} in a form that `make` doesn't write.",
                f"Write into its Statement:\n{statement}",
            )
        self.text = f"{self.text[:start]}{block}\n{statement}{self.text[start + len(block) + 1 :]}"

    def checked(self) -> str:
        """The text, which can be read.

        Raises:
            OperatorError: What was there has a form that lines can't be added to.
        """
        try:
            yaml.compose(self.text)
        except yaml.YAMLError as error:
            raise OperatorError(
                f"app/template.yaml has a form that lines can't be added to: {' '.join(str(error).split())}",
                "Write its resources in blocks, as the examples of docs/your-stack.md are.",
            ) from error
        return self.text

    def _block(self, resource: str) -> tuple[int, int] | None:
        """Where a resource's lines begin and end."""
        found = re.search(rf"^  {resource}: *(?:#.*)?\n(?:(?:   .*)?\n)*", self.text, re.MULTILINE)
        return (found.start(), found.end()) if found else None


def table(name: str, key: str) -> str:
    """A table of the user's."""
    return f"""\
  {logical_id(name)}Table:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: RetainExceptOnCreate
    UpdateReplacePolicy: Retain
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{{AttributeName: {key}, AttributeType: S}}]
      KeySchema: [{{AttributeName: {key}, KeyType: HASH}}]
      PointInTimeRecoverySpecification: {{PointInTimeRecoveryEnabled: true}}
"""


def logical_id(name: str) -> str:
    """`lost_calls` as CloudFormation writes names: `LostCalls`."""
    return "".join(word.capitalize() for word in name.split("_"))


def _settings() -> str:
    return f"""\
  # What settings() reads in a flow: the names of what is made here, and settings/<stage>.json.
  {SETTINGS}:
    Type: AWS::SSM::Parameter
    Properties:
      Name: !Sub /switchboard-app/${{Switchboard}}/settings
      Description: !Sub Settings of ${{Switchboard}} ${{DeploymentId}}
      Type: String
      Value: !Sub |
        {{
{_LAST_SETTING}
"""


def _policy(role: str) -> str:
    return f"""\
  # What the {role} function of Switchboard may do here.
  {role}Policy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      Roles: [{{Fn::ImportValue: !Sub "${{Switchboard}}-{role}RoleName"}}]
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
"""


def _statement(what: str, actions: Sequence[str], resource: str) -> str:
    written = actions[0] if len(actions) == 1 else f"[{', '.join(actions)}]"
    return f"""\
          - Effect: Allow # {what}
            Action: {written}
            Resource: {resource}
"""
