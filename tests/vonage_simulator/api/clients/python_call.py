"""What a user of the official Python SDK does to a call in progress; prints what came back as JSON."""

# The SDK lives in an environment of its own, where mypy does not see it.
# mypy: disable-error-code="import-not-found, no-untyped-call"

import json
import sys

from vonage import Auth, HttpClientOptions, Vonage
from vonage_voice import AudioStreamOptions, Talk, TtsStreamOptions

given = json.load(sys.stdin)
options = HttpClientOptions(api_host=given["host"], rest_host=given["host"])
voice = Vonage(Auth(application_id=given["application"], private_key=given["key"]), options).voice
leg = given["leg"]
found: dict[str, object] = {}

speech = TtsStreamOptions(text="Hello from Python.", loop=0, level=0.5)
sound = AudioStreamOptions(stream_url=[given["sound"]], level=-0.5)
found["spoken"] = voice.play_tts_into_call(leg, speech).message
found["silenced"] = voice.stop_tts(leg).message
found["played"] = voice.play_audio_into_call(leg, sound).message
found["stopped"] = voice.stop_audio_stream(leg).message
found["pressed"] = voice.play_dtmf_into_call(leg, "12#").message
for change in (voice.mute, voice.unmute, voice.earmuff, voice.unearmuff):
    change(leg)
voice.transfer_call_ncco(leg, [Talk(text="Goodbye from Python.", level=0.5, loop=1)])
found["status"] = voice.get_call(leg).status
json.dump(found, sys.stdout)
