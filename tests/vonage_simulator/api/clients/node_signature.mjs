// Whether the official Node SDK takes a webhook's token for Vonage's. Prints it, as JSON.
import { readFileSync } from 'node:fs';
import { verifySignature } from '@vonage/jwt';

const given = JSON.parse(readFileSync(0, 'utf8'));
const found = {};
for (const name of ['secret', 'other']) {
  try {
    found[name] = verifySignature(given.token, given[name]);
  } catch {
    found[name] = false;
  }
}
console.log(JSON.stringify(found));
