// What a user of the official Node SDK does to verify somebody. Prints what came back, as JSON.
import { readFileSync } from 'node:fs';
import { Auth } from '@vonage/auth';
import { Channels, Verify2 } from '@vonage/verify2';

const given = JSON.parse(readFileSync(0, 'utf8'));
const auth = new Auth({ applicationId: given.application, privateKey: given.key });
const verify = new Verify2(auth, { apiHost: given.host });

const to = '447700900123';
const ways = [
  { channel: Channels.SMS, to },
  { channel: Channels.WHATSAPP, to, from: 'Acme' },
  { channel: Channels.VOICE, to },
];
const asked = { brand: 'Acme', workflow: ways, code: 'aBc123', channelTimeout: 60, clientRef: 'login42' };

async function status(doing) {
  try {
    await doing();
    return 200;
  } catch (error) {
    return error.response?.status ?? String(error);
  }
}

const started = await verify.newRequest(asked);
const mailed = await verify.newRequest({ brand: 'Acme', workflow: [{ channel: Channels.EMAIL, to: 'alice@example.com' }], codeLength: 6 });
const found = {
  conflict: await status(() => verify.newRequest(asked)),
  moved_on: await status(() => verify.nextWorkflow(started.requestId)),
  wrong: await status(() => verify.checkCode(started.requestId, '0000')),
  checked: await verify.checkCode(started.requestId, 'aBc123'),
  over: await status(() => verify.checkCode(started.requestId, 'aBc123')),
  cancelled: await status(() => verify.cancel(mailed.requestId)),
};
console.log(JSON.stringify(found));
