// The command from Node: npm install @aws-sdk/client-eventbridge && node send.mjs
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';

const message = {
  channel: 'sms',
  message_type: 'text',
  from: '447700900000',
  to: '447700900123',
  text: 'The shop opens at nine.',
};
const entry = {
  EventBusName: process.env.SWITCHBOARD_BUS ?? 'switchboard',
  Source: 'shop',
  DetailType: 'messages.send',
  Detail: JSON.stringify(message),
};

const { Entries: [put] } = await new EventBridgeClient().send(new PutEventsCommand({ Entries: [entry] }));
// The bus says 200 also of what it didn't take.
if (put.ErrorCode) throw new Error(`${put.ErrorCode}: ${put.ErrorMessage}`);
console.log(put.EventId);
