"""Somebody stands at a breakpoint: webhooks may take as long as they like."""

import threading

import httpx

from tests.vonage_simulator.customer import Customer, ncco, once, slowly, talk

LATE = ncco(talk("Late."))


def texts(customer: Customer) -> list[str]:
    return [line["text"] for line in customer.call()["transcript"] if line["what"] == "talk"]


def test_patient_vonage_waits_for_a_late_answer_until_told_otherwise(customer: Customer) -> None:
    hook = customer.hook("answer", socket_timeout=1000)
    customer.on("answer", slowly(1.3, LATE)).create(webhooks={"answer_url": hook})
    patience = f"{customer.vonage.url}/_simulator/patience"

    httpx.post(patience).raise_for_status()
    assert texts(customer) == ["Late."]

    httpx.delete(patience).raise_for_status()
    given_up = threading.Event()
    customer.on("answer", once(given_up, LATE))
    heard = texts(customer)
    given_up.set()
    assert heard == []
