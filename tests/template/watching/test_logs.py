"""What Lambda and CloudWatch make of log lines.

Source: Lambda Developer Guide, "Configuring advanced logging controls": with JSON lines Lambda drops what is
below `ApplicationLogLevel`, and takes a line without a `level`, as the metrics' are, for INFO. Same guide,
"Log-level filtering", system log level event mapping: `platform.start`, and `platform.report` with the status
`success`, are INFO; `report`, `runtimeDone`, `initRuntimeDone` and `initReport` with any other status, and
`logsDropped`, are WARN. Nobody here has read that table itself, but the row-by-row tests of another emulator:
github.com/Neaox/overcast, `internal/services/lambda/logging_json_test.go`.
"""

from typing import Any

from tests.template.test_parameters import conditions
from tests.template.test_template import functions

Json = dict[str, Any]


def test_lambda_never_drops_a_metric_nor_what_ended_badly_and_nothing_when_asked(resources: Json) -> None:
    for name, properties in functions(resources).items():
        logging = properties["LoggingConfig"]
        assert logging["LogFormat"] == "JSON", name
        assert logging["ApplicationLogLevel"] == {"Fn::If": ["IsDebug", "DEBUG", "INFO"]}, name
        assert logging["SystemLogLevel"] == {"Fn::If": ["IsDebug", "INFO", "WARN"]}, name


def test_only_the_level_debug_asks_for_debug_lines(written: Json) -> None:
    levels = written["Parameters"]["LogLevel"]["AllowedValues"]

    assert [level for level in levels if "IsDebug" in conditions(written, {"LogLevel": level})] == ["DEBUG"]


def test_metric_of_log_lines_is_there_before_the_first_of_them(resources: Json) -> None:
    """CloudWatch takes a default for a metric without dimensions only."""
    for name, resource in resources.items():
        if resource["Type"] == "AWS::Logs::MetricFilter":
            for metric in resource["Properties"]["MetricTransformations"]:
                assert (metric["DefaultValue"], "Dimensions" in metric) == (0, False), name


def test_each_function_may_write_to_its_own_log_group_alone(resources: Json) -> None:
    for name, properties in functions(resources).items():
        role = resources[properties["Role"]["Fn::GetAtt"][0]]["Properties"]
        group = properties["LoggingConfig"]["LogGroup"]["Ref"]
        arn = f"arn:${{AWS::Partition}}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:${{{group}}}:*"

        (policy,) = role["Policies"]
        (write,) = [
            statement
            for statement in policy["PolicyDocument"]["Statement"]
            if str(statement.get("Action")).count("logs:")
        ]
        assert write["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"], name
        assert write["Resource"] == {"Fn::Sub": arn}, name
        assert "arn:" not in str(role.get("ManagedPolicyArns")), f"{name}: a policy of AWS's"
