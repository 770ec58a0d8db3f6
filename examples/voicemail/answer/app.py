"""Record a message; the event function tells the owner."""

from switchboard import AnswerRequest, Ncco, answer, record, talk


@answer
def lambda_handler(_call: AnswerRequest) -> Ncco:
    """Record until the hash key, five seconds of silence or two minutes, whichever comes first."""
    return [
        talk("Nobody is here right now. Please leave a message after the tone, then press the hash key."),
        record(beepStart=True, endOnKey="#", endOnSilence=5, timeOut=120),
        talk("Thank you. Goodbye."),
    ]
