"""What the local stage tells, as it looks."""

import io

from rich.console import Console

from local.report import Report


def test_list_breaks_no_item_and_leaves_no_blanks_at_the_end() -> None:
    out = io.StringIO()
    items = ["30 CloudWatch::Alarm", "12 Logs::LogGroup", "2 IAM::ManagedPolicy"]

    Report(Console(file=out, width=42)).list(items)

    assert out.getvalue() == "  30 CloudWatch::Alarm, 12 Logs::LogGroup,\n  2 IAM::ManagedPolicy\n"
