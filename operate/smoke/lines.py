"""The page's lines, in their order: what provokes an alarm before the alarms, and removal at the end."""

from operate import limits
from operate.smoke import account, commands, dying, flooding, releases, removal, roles, watching
from operate.smoke.line import Line

REMOVAL = Line("delete", "everything is removed, and nothing is left but what is said", removal.delete)
LINES = (
    Line("region", "the Region has every service of the stack", account.region),
    Line(
        "concurrency",
        f"more than {limits.UNRESERVABLE} functions may run at a time",
        account.concurrency,
    ),
    Line(
        "defaults",
        "a deployment with all defaults is CREATE_COMPLETE",
        releases.defaults,
        needs_vonage=True,
        weaker_there="it has no archives: ArchiveDays=0",
    ),
    Line(
        "policies",
        "each role may do what its function does, and not what another's does",
        roles.policies,
    ),
    Line(
        "tag",
        "the application's secret is open to the provisioner for its tag, and to nobody else for it",
        roles.by_tag,
        impossible_there="its simulator knows no tags",
    ),
    Line("commands", "a command that waits doesn't hold up the next", commands.independent),
    Line(
        "fallback",
        "the fallback's log line matches the metric filter, and is counted",
        watching.fallback_metric,
        impossible_there="it has no TestMetricFilter",
    ),
    Line(
        "flood",
        "what is over an API's limit is answered 429 and written down, and the fallback answers meanwhile",
        flooding.flood,
        impossible_there="its API Gateway enforces no limit and writes no access log",
    ),
    Line(
        "oversized",
        "a webhook of 7 MB reaches no function, and API Gateway counts it where the alarm looks",
        flooding.oversized,
        impossible_there="its Lambda takes a payload of any size",
    ),
    Line(
        "crash",
        "`make logs` finds a function that can't be loaded",
        watching.crash,
        impossible_there="its functions run without Lambda's runtime client, whose lines these are",
    ),
    Line(
        "provisioner",
        f"a dead provisioner is FAILED long before ServiceTimeout, {dying.SERVICE_TIMEOUT_S} s",
        dying.killed,
        impossible_there="its Lambda neither tries again nor hands over what failed",
    ),
    Line(
        "alarms",
        "what was provoked is counted under the names that the alarms look at",
        watching.alarms,
        impossible_there="it counts neither log lines nor queues",
    ),
    Line(
        "broken-flow",
        "a flow that can't be loaded is rolled back: UPDATE_ROLLBACK_COMPLETE",
        releases.broken_flow,
        needs_vonage=True,
    ),
    Line(
        "secret",
        "credentials deleted under a stack: UPDATE_ROLLBACK_COMPLETE, not …_FAILED",
        releases.missing_secret,
        needs_vonage=True,
    ),
    Line("kms", "everything can be encrypted with a key of yours", releases.kms_key),
    Line("numbers", "the numbers given are linked in one deployment", releases.numbers, needs_vonage=True),
    REMOVAL,
)
