// Prints what the type declarations of Vonage's Node SDK say, as JSON Schemas, read by the TypeScript compiler.
// Reads from standard input which types make up which subject: {"action.talk": ["voice:TalkAction"]}.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import ts from 'typescript';

const PACKAGES = ['voice', 'messages', 'applications', 'verify2'];
const asked = JSON.parse(readFileSync(0, 'utf8'));

const root = createRequire(import.meta.url);
const folder = (name) => dirname(root.resolve(`@vonage/${name}`));
const manifest = (name) => root(join(folder(name), '..', '..', 'package.json'));
const entry = (name) => join(folder(name), 'index.d.ts');

const program = ts.createProgram(PACKAGES.map(entry), { strict: true, noEmit: true, skipLibCheck: true, types: [] });
const checker = program.getTypeChecker();
const real = (symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);
const exported = Object.fromEntries(
  PACKAGES.map((name) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(entry(name)));
    return [name, new Map(checker.getExportsOfModule(module).map((symbol) => [symbol.name, real(symbol)]))];
  }),
);

const literals = (type) => (type.flags & ts.TypeFlags.Enum && type.isUnion() ? type.types : [type]).filter((one) => one.isStringLiteral());
// The SDK's own names are camelCase and sent in snake_case, except in an NCCO and its endpoints.
const asSent = (name, snake) => (snake ? name.replace(/([a-z])([A-Z]+)/g, '$1_$2').toLowerCase() : name);

function schema(type, snake, above = []) {
  if (above.includes(type)) return {};
  const within = [...above, type];
  if (type.flags & ts.TypeFlags.BooleanLike) return { type: 'boolean' };
  if (literals(type).length) return { type: 'string', enum: literals(type).map((one) => one.value) };
  if (type.flags & ts.TypeFlags.StringLike) return { type: 'string' };
  if (type.flags & ts.TypeFlags.NumberLike) return { type: 'any number' };
  if (type.isUnion()) {
    const given = type.types.filter((one) => !(one.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Null)));
    return { anyOf: given.map((one) => schema(one, snake, within)) };
  }
  if (checker.isArrayType(type)) return { type: 'array', items: schema(checker.getTypeArguments(type)[0], snake, within) };
  const fields = checker.getPropertiesOfType(type);
  if (fields.length) return withKeys(fields, snake, within);
  return type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown) ? {} : { type: 'object' };
}

function withKeys(fields, snake, within) {
  const named = fields.map((field) => [asSent(field.name, snake), field]);
  return {
    type: 'object',
    properties: Object.fromEntries(named.map(([name, field]) => [name, schema(checker.getTypeOfSymbol(field), snake, within)])),
    required: named.filter(([, field]) => !(field.flags & ts.SymbolFlags.Optional)).map(([name]) => name),
  };
}

const read = new Set();
const missing = [];
function find(reference, subject) {
  const [name, type] = reference.split(':');
  const symbol = exported[name].get(type);
  if (!symbol) {
    missing.push(reference);
    return [];
  }
  read.add(type);
  const snake = !/^(action|endpoint)/.test(subject);
  return [schema(checker.getDeclaredTypeOfSymbol(symbol), snake)];
}

const schemas = {};
for (const [subject, references] of Object.entries(asked)) {
  const found = references.flatMap((reference) => find(reference, subject));
  if (found.length) schemas[subject] = found;
}
// Of what the SDK exports, these are what it sends; the others are answers and parts of these.
const isClass = (name) => exported.messages.get(name).flags & ts.SymbolFlags.Class;
const sends = [
  ...[...exported.voice.keys()].filter((name) => /(Action|Endpoint|Request)$/.test(name)),
  ...[...exported.messages.keys()].filter(isClass),
  ...[...exported.verify2.keys()].filter((name) => /(Workflow|Request)$/.test(name)),
];
console.log(
  JSON.stringify({
    versions: Object.fromEntries(PACKAGES.map((name) => [`@vonage/${name}`, manifest(name).version])),
    missing,
    unread: sends.filter((name) => !read.has(name)).sort(),
    schemas,
  }),
);
