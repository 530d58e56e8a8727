// Writes api.md beside this file:  node --conditions=meridian-source docs/reference/generate-api.ts
// test/integration/reference.test.ts fails when the file is stale.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { markdownTable } from './markdown-table.ts';
import { type ApiEntry, type ForeignEntry, publicApi } from './public-api.ts';

/** What a package is imported as, and the module behind it. */
export const ENTRY_POINTS = [
  ['meridian', 'src/index.ts', 'What the server of a game imports.'],
  ['meridian/schema', 'src/schema/index.ts', 'What state is built from; in browsers as well.'],
  ['@meridian/client', 'client-sdk/src/index.ts', 'What the page of a game imports.'],
] as const;

/** What others have made and we pass on: a line each, their own documentation says the rest. */
const FOREIGN: Readonly<Record<string, string>> = {
  AuthContext: 'What `onAuth` knows of a request: headers, address, token.',
  Client: 'A connected client of a room: `sessionId`, `auth`, `send`, `leave`.',
  ClientState: 'Whether a client is joining, joined, reconnecting or leaving.',
  definePlugins: 'Declares the plugins of a room.',
  Messages: 'Type of `messages`, the handlers of a room by the type of message.',
  Rewind: 'Where things were a moment ago, for shots: `this.allowRewindState()` makes it.',
  RoomPlugin: 'Base of a plugin.',
  StepContext: 'What a fixed step gets: `dt` in seconds, the number of the step.',
  validate: 'Wraps a message handler with a schema (zod) that its message must match.',
  SchemaType: 'Type of the instances of a schema that `schema()` has made.',
  schema: 'Declares a piece of state from fields.',
  t: 'Types of fields: numbers, strings, maps, arrays, quantized numbers.',
  Callbacks: 'Listens to additions, changes and removals in a state.',
  getStateCallbacks: 'The same, as a function of fields.',
  InputHandle: 'Where a page puts the input of the next step: `data`, `send()`.',
  InputOptions: 'Options of `room.input()`.',
  Predict: "Colyseus' prediction; `room.predict()` wraps it.",
  Reconciler: 'A predicted entity: its state, and how far the server has corrected it.',
  RoomClock: "The room's clock at the client: `serverNow()`.",
};

const INTRODUCTION = `# API

Made from the sources by \`docs/reference/generate-api.ts\`; do not edit. Every name that the packages export, with its declaration as it is
written and its doc comment.`;

/** The page, a part for each entry point. */
export function apiPage(): string {
  const parts = ENTRY_POINTS.map(([name, file, about]) => {
    const { entries, foreign } = publicApi(file);
    return [
      `## ${name}`,
      about,
      ...entries.map((entry) => entryText(entry)),
      ...foreignText(foreign),
    ].join('\n\n');
  });
  return `${[INTRODUCTION, ...parts].join('\n\n')}\n`;
}

function entryText({ name, kind, doc, signature, file }: ApiEntry): string {
  return [
    `### ${name}`,
    `${kind}, [${file}](../../${file})`,
    docText(doc),
    ['```typescript', signature, '```'].join('\n'),
  ].join('\n\n');
}

/** Tags as a list, examples as code. */
function docText(doc: string): string {
  const [text = '', ...tags] = doc.split(/^(?=@\w)/m);
  const parts = tags.map((tag) => {
    const [, name = '', rest = ''] = /^@(\w+)\s*([\s\S]*)$/.exec(tag.trim()) ?? [];
    if (name === 'example') return ['```typescript', rest.trim(), '```'].join('\n');
    return `- *${name}* ${rest.replace(/\s*\n\s*/g, ' ').replace(/^\{(\w+)\}/, '`$1`')}`;
  });
  return [text.trim(), ...parts]
    .join('\n\n')
    .replace(/\n\n(?=- \*)/g, '\n')
    .replace(/^(.*?)\n(- \*)/s, '$1\n\n$2');
}

function foreignText(foreign: readonly ForeignEntry[]): string[] {
  if (foreign.length === 0) return [];
  const rows = foreign.map(({ name, from }) => {
    const text = FOREIGN[name];
    if (text === undefined) throw new Error(`${name} of ${from} has no words in generate-api.ts`);
    return [`\`${name}\``, `\`${from}\``, text];
  });
  return ["### Colyseus' own", markdownTable(['name', 'from', 'is'], rows)];
}

if (import.meta.main) writeFileSync(join(import.meta.dirname, 'api.md'), apiPage());
