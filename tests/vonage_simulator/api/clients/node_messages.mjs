// Each kind of message that the official Node SDK has. Prints which were taken, as JSON.
import { readFileSync } from 'node:fs';
import { Auth } from '@vonage/auth';
import * as m from '@vonage/messages';

const given = JSON.parse(readFileSync(0, 'utf8'));
const auth = new Auth({ applicationId: given.application, privateKey: given.key });
const messages = new m.Messages(auth, { apiHost: given.host });

const phones = { to: '447700900123', from: '447700900000' };
const names = { to: '447700900123', from: 'Shop' };
const addresses = { to: 'customer@example.com', from: 'shop@example.com' };
const file = { url: 'https://example.com/file' };
const tap = { text: 'Tap', postbackData: 'tap' };
const suggestions = [
  new m.RCSReplySuggestion(tap),
  new m.RCSDialActionSuggestion({ ...tap, phoneNumber: '447700900000' }),
  new m.RCSViewLocationSuggestion({ ...tap, latitude: '51.5', longitude: '-0.1', pinLabel: 'Here' }),
  new m.RCSShareLocationSuggestion(tap),
  new m.RCSOpenURLSuggestion({ ...tap, url: 'https://example.com', description: 'The shop' }),
  new m.RCSOpenURLWebviewSuggestion({ ...tap, url: 'https://example.com', description: 'The shop', viewMode: 'TALL' }),
  new m.RCSCreateCalendarEventSuggestion({
    ...tap,
    startTime: '2026-12-01T09:00:00Z',
    endTime: '2026-12-01T10:00:00Z',
    title: 'Opening',
    description: 'Of the shop',
    fallbackUrl: 'https://example.com',
  }),
];
const interactive = {
  type: 'button',
  body: { text: 'Open today?' },
  action: { buttons: [{ type: 'reply', reply: { id: 'yes', title: 'Yes' } }] },
};
const sent = [
  new m.SMS({ text: 'Hello', clientRef: 'one', ttl: 600, sms: { encodingType: 'auto' }, ...phones }),
  new m.MMSText({ text: 'Hello', ...phones }),
  new m.MMSImage({ image: file, ...phones }),
  new m.MMSVcard({ vcard: file, ...phones }),
  new m.MMSAudio({ audio: file, ...phones }),
  new m.MMSVideo({ video: file, ...phones }),
  new m.MMSFile({ file, ...phones }),
  new m.MMSContent({ content: [{ type: 'image', ...file }], ...phones }),
  new m.RCSText({ text: 'Hello', suggestions, ...names }),
  new m.RCSImage({ image: file, ...names }),
  new m.RCSVideo({ video: file, ...names }),
  new m.RCSFile({ file, ...names }),
  new m.RCSCustom({ custom: { contentMessage: {} }, ...names }),
  new m.WhatsAppText({ text: 'Hello', context: { messageUUID: 'a1b2' }, ...phones }),
  new m.WhatsAppImage({ image: file, ...phones }),
  new m.WhatsAppAudio({ audio: file, ...phones }),
  new m.WhatsAppVideo({ video: file, ...phones }),
  new m.WhatsAppFile({ file, ...phones }),
  new m.WhatsAppTemplate({
    template: { name: 'shop:open', parameters: ['today'] },
    whatsapp: { policy: 'deterministic', locale: 'en_GB' },
    ...phones,
  }),
  new m.WhatsAppSticker({ sticker: { id: 'a1b2' }, ...phones }),
  new m.WhatsAppCustom({ custom: { type: 'interactive', interactive }, ...phones }),
  new m.WhatsAppReaction({ reaction: { action: 'react', emoji: '👍' }, context: { messageUUID: 'a1b2' }, ...phones }),
  new m.MessengerText({ text: 'Hello', messenger: { category: 'response' }, ...phones }),
  new m.MessengerImage({ image: file, ...phones }),
  new m.MessengerAudio({ audio: file, ...phones }),
  new m.MessengerVideo({ video: file, ...phones }),
  new m.MessengerFile({ file, ...phones }),
  new m.ViberText({ text: 'Hello', viberService: { category: 'transaction', ttl: 600 }, ...names }),
  new m.ViberImage({ image: file, ...names }),
  new m.ViberVideo({
    video: { ...file, thumbUrl: 'https://example.com/a.jpg' },
    viberService: { duration: '10', fileSize: '5' },
    ...names,
  }),
  new m.ViberFile({ file, ...names }),
  new m.EmailText({ text: 'Hello', email: { subject: 'Hours' }, ...addresses }),
  new m.EmailHTML({ html: { body: '<p>Hello</p>' }, email: { subject: 'Hours' }, ...addresses }),
  new m.EmailContent({ content: [{ type: 'text', text: 'Hello' }], email: { subject: 'Hours' }, ...addresses }),
];
const found = {};
for (const message of sent) {
  try {
    found[message.constructor.name] = Boolean((await messages.send(message)).messageUUID);
  } catch (error) {
    found[message.constructor.name] = (await error.response?.text()) ?? String(error);
  }
}
console.log(JSON.stringify(found));
