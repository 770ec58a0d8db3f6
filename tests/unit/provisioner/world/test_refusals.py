"""What AWS refuses is told apart by what AWS says, in AWS's own words, with a next step that helps."""

import pytest

from provisioner.errors import ProvisionerError
from provisioner.world import credentials
from tests.fakes.stores import Json, Refusal
from tests.unit.provisioner.conftest import CREDENTIALS, SIGNATURE_SECRET, World, application_properties

RESTORE = "aws secretsmanager restore-secret --secret-id"
NOT_ALLOWED = "is not authorized to perform: secretsmanager:GetSecretValue on resource: x"
KMS = "give its ARN as KmsKeyArn"
BY_OTHERS = "ask whoever looks after the AWS account"
REFUSALS = [
    ("AccessDeniedException", "Access to KMS is not allowed", KMS),
    ("DecryptionFailure", "Secrets Manager can't decrypt the protected secret text", KMS),
    ("KMSInvalidStateException", "arn:aws:kms:… is pending deletion.", KMS),
    ("AccessDeniedException", f"{NOT_ALLOWED} with an explicit deny in a service control policy", BY_OTHERS),
    ("AccessDeniedException", f"{NOT_ALLOWED} because no permissions boundary allows it", BY_OTHERS),
    ("ThrottlingException", "Rate exceeded", "Deploy again in a minute"),
    ("InternalServiceError", "An error occurred on the server side.", "look at the AWS status"),
    ("InvalidRequestException", "It was marked for deletion.", f"`{RESTORE} {CREDENTIALS}`"),
    (
        "AccessDeniedException",
        f"{NOT_ALLOWED} because no identity-based policy allows it",
        "make credentials",
    ),
]


def refuse(world: World, code: str, message: str) -> None:
    def fault(called: str, asked: Json) -> None:
        if called.endswith("GetSecretValue") and asked["SecretId"] == CREDENTIALS:
            raise Refusal(code, message)

    world.aws.fault = fault


@pytest.mark.parametrize(("code", "message", "step"), REFUSALS)
def test_the_next_step_fits_what_aws_says(world: World, code: str, message: str, step: str) -> None:
    world.cloudformation.remaining_s = 14
    refuse(world, code, message)

    reason = world.create_application(world.stack()).reason

    assert step in reason
    others = {"KmsKeyArn", BY_OTHERS, "in a minute", "AWS status", RESTORE, "make credentials"}
    assert {each for each in others if each in reason} == {each for each in others if each in step}


@pytest.mark.parametrize(
    ("code", "message", "_step"), [each for each in REFUSALS if each[0] != "InvalidRequestException"]
)
def test_aws_s_own_sentence_is_passed_on(world: World, code: str, message: str, _step: str) -> None:
    world.cloudformation.remaining_s = 14
    refuse(world, code, message)

    assert f"{code} ({message.rstrip('.')})" in world.create_application(world.stack()).reason


def test_a_sentence_is_one_printable_line_and_not_too_long(world: World) -> None:
    refuse(world, "InternalServiceError", "one\n\x1b[31mtwo\x00\ufffe" + "x" * 10_000)

    reason = world.create_application(world.stack()).reason

    assert "(one [31mtwo x" in reason
    assert len(reason) < 700


def test_a_missing_secret_is_told_as_what_it_may_be(world: World) -> None:
    created = world.create_application(world.stack(), CredentialsSecret="mistyped")

    assert (
        "The credentials secret 'mistyped' does not exist, or the provisioner may not read it: "
        "AccessDeniedException (User: "
    ) in created.reason
    assert "Write it with `make credentials`" in created.reason


def test_a_missing_secret_has_a_code_of_its_own(world: World) -> None:
    for denies_missing in (True, False):
        world.aws.denies_missing = denies_missing
        with pytest.raises(ProvisionerError) as failure:
            credentials.read(world.secrets_manager, "mistyped")
        assert failure.value.code == "CREDENTIALS_MISSING"


@pytest.mark.parametrize("secret", [CREDENTIALS, "shop-application"])
def test_a_secret_that_is_scheduled_for_deletion_is_to_be_restored(world: World, secret: str) -> None:
    stack = world.stack()
    world.create_application(stack)
    world.aws.secrets[secret].is_scheduled_for_deletion = True

    updated = stack.update("App", application_properties(stack, Name="other"))

    assert f"`{RESTORE} {secret}`" in updated.reason
    world.aws.secrets[secret].is_scheduled_for_deletion = False
    assert stack.update("App", application_properties(stack, Name="other")).succeeded


def test_an_application_s_secret_that_is_gone_is_told_as_what_it_may_be(world: World) -> None:
    stack = world.stack()
    world.create_application(stack)
    del world.aws.secrets["shop-application"]

    updated = stack.update("App", application_properties(stack, Name="other"))

    assert "Either it does not exist any more, or the provisioner may not use it." in updated.reason
    assert "needs the tag switchboard=managed" in updated.reason


@pytest.mark.parametrize("is_scheduled", [True, False])
def test_a_stack_whose_secret_went_first_is_deleted(world: World, *, is_scheduled: bool) -> None:
    stack = world.stack()
    world.create_application(stack)
    if is_scheduled:
        world.aws.secrets["shop-application"].is_scheduled_for_deletion = True
    else:
        del world.aws.secrets["shop-application"]

    deleted = stack.delete("App")

    assert deleted.succeeded, deleted.reason
    assert world.applications == []


@pytest.mark.parametrize("before", ["", "\ufeff"])
def test_credentials_are_read_as_they_were_meant(world: World, before: str) -> None:
    text = before + '{"api_key": 12345678, "api_secret": " s\\n", "signature_secret": "\\ufefft "}'
    for name in ("mine", "mine-signature"):
        world.aws.secret(name, {}).values["first"] = text

    read = credentials.read(world.secrets_manager, "mine")
    signature = credentials.read_signature(world.secrets_manager, "mine")

    assert read == credentials.AccountSecret("12345678", "s", has_signature_secret=True)
    assert signature == credentials.SignatureSecret("12345678", "t")
    assert repr(read) == "AccountSecret(api_key='12345678', has_signature_secret=True)"
    assert repr(signature) == "SignatureSecret(api_key='12345678')"


def test_a_signature_secret_is_found_by_the_arn_of_the_one_that_it_lies_beside(world: World) -> None:
    arn = world.aws.secrets[CREDENTIALS].arn

    assert credentials.read_signature(world.secrets_manager, arn).signature_secret == SIGNATURE_SECRET
