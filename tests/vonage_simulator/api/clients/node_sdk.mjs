// What a user of the official Node SDK does. Prints what came back, as JSON.
import { Auth } from '@vonage/auth';
import { Vonage } from '@vonage/server-sdk';

const [url, apiKey, apiSecret, hooks] = process.argv.slice(2);
const hosts = { apiHost: url, restHost: url };
const found = {};

const account = new Vonage(new Auth({ apiKey, apiSecret }), hosts);
const hook = (path) => ({ address: `${hooks}/${path}`, httpMethod: 'POST' });
const capabilities = {
  voice: { webhooks: { answerUrl: hook('answer'), eventUrl: hook('event') } },
  messages: { webhooks: { inboundUrl: hook('inbound'), statusUrl: hook('status') } },
};
const created = await account.applications.createApplication({ name: 'from Node', capabilities });
found.privateKey = created.keys.privateKey.startsWith('-----BEGIN PRIVATE KEY-----');
found.renamed = (await account.applications.updateApplication({ ...created, name: 'renamed' })).name;
found.listed = [];
for await (const application of account.applications.listAllApplications()) found.listed.push(application.name);

found.owned = (await account.numbers.getOwnedNumbers({ country: 'GB' })).numbers.map((number) => number.msisdn);
const offers = await account.numbers.getAvailableNumbers({ country: 'US', size: 2 });
const offer = { country: 'US', msisdn: offers.numbers[0].msisdn };
found.bought = (await account.numbers.buyNumber(offer)).errorCode;
found.cancelled = (await account.numbers.cancelNumber(offer)).errorCode;
const link = { country: 'GB', msisdn: '447700900000', applicationId: created.id, appId: created.id };
found.linked = (await account.numbers.updateNumber(link)).errorCode;

const application = new Vonage(new Auth({ applicationId: created.id, privateKey: created.keys.privateKey }), hosts);
const dial = () => application.voice.createOutboundCall({
  to: [{ type: 'phone', number: '447700900999' }],
  from: { type: 'phone', number: '447700900000' },
  ncco: [{ action: 'talk', text: 'Hello from Node.' }],
});
const [call] = [await dial(), await dial(), await dial()];
found.call = call.status;
found.read = (await application.voice.getCall(call.uuid)).direction;
const every = new Set();
for await (const one of application.voice.getAllCalls({ pageSize: 1 })) every.add(one.uuid);
found.paged = every.size;
const sms = { channel: 'sms', messageType: 'text', message_type: 'text', to: '447700900123', from: '447700900000', text: 'Hi.' };
found.sent = Boolean((await application.messages.send(sms)).messageUUID);

await account.applications.deleteApplication(created.id);
try {
  await account.applications.getApplication(created.id);
} catch (error) {
  found.notFound = error.response?.status ?? String(error);
}
console.log(JSON.stringify(found));
