"""Stages that are up, or were, for what reads the saved state."""

import os

import psutil

from local.service import Service
from local.state import State


def up_at(vonage_url: str, services: list[Service]) -> State:
    """A stage whose simulated Vonage is there, made of these servers."""
    return State(
        aws_url="http://127.0.0.1:9",
        vonage_url=vonage_url,
        console_url=f"{vonage_url}/",
        webhook_url="http://127.0.0.1:9/webhooks",
        stack_name="switchboard",
        application_id="",
        api_key="",
        api_secret="",
        signature_secret="",
        aws_access_key_id="",
        aws_secret_access_key="",
        aws_region="us-east-1",
        numbers=[],
        services=services,
    )


def this_process(url: str = "http://127.0.0.1:9") -> Service:
    """A server that lives as long as the test."""
    return Service("the simulated Vonage", url, os.getpid(), psutil.Process().create_time())


def ended() -> Service:
    """A server whose pid another process has by now, as after a restart of the machine."""
    return Service("the embedded AWS", "http://127.0.0.1:9", os.getpid(), started=0)
