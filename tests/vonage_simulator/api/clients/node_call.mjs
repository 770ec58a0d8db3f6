// What a user of the official Node SDK does to a call in progress. Prints what came back, as JSON.
import { readFileSync } from 'node:fs';
import { Auth } from '@vonage/auth';
import { Vonage } from '@vonage/server-sdk';
import { Talk } from '@vonage/voice';

const given = JSON.parse(readFileSync(0, 'utf8'));
const auth = new Auth({ applicationId: given.application, privateKey: given.key });
const { voice } = new Vonage(auth, { apiHost: given.host, restHost: given.host });
const { leg } = given;
const found = {};

found.spoken = (await voice.playTTS(leg, { text: 'Hello from Node.', loop: 0, level: '0.5' })).message;
found.silenced = (await voice.stopTTS(leg)).message;
found.played = (await voice.streamAudio(leg, given.sound, 1, -0.5)).message;
found.stopped = (await voice.stopStreamAudio(leg)).message;
found.pressed = (await voice.playDTMF(leg, '12#')).message;
await voice.muteCall(leg);
await voice.unmuteCall(leg);
await voice.earmuffCall(leg);
await voice.unearmuffCall(leg);
await voice.transferCallWithNCCO(leg, [new Talk('Goodbye from Node.', false, 1, '0.5')]);
found.status = (await voice.getCall(leg)).status;
console.log(JSON.stringify(found));
