"""Ask the caller for the two digits of an extension; the event function hears them."""

from switchboard import AnswerRequest, Ncco, answer, input_, talk


@answer
def lambda_handler(_call: AnswerRequest) -> Ncco:
    """Ask for two digits; a caller who knows them need not wait for the end of the sentence."""
    return [
        talk("Welcome. Please enter the two digits of the extension.", bargeIn=True),
        input_("dtmf", dtmf={"maxDigits": 2, "timeOut": 5}),
    ]
