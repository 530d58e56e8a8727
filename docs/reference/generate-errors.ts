// Writes errors.md beside this file:  node --conditions=meridian-source docs/reference/generate-errors.ts
// test/integration/reference.test.ts fails when the file is stale.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERRORS } from '../../src/errors/errors.ts';
import { CloseCode } from '../../src/protocol/close-codes.ts';
import { DocComments } from './doc-comments.ts';
import { markdownTable } from './markdown-table.ts';

/** Codes after which Colyseus' SDK comes back by itself (`Room.ts` of @colyseus/sdk). */
const RECONNECTING = [1001, 1005, 1006, 4010];

const INTRODUCTION = `# Errors and close codes

Made from \`src/errors/errors.ts\` and \`src/protocol/close-codes.ts\` by \`docs/reference/generate-errors.ts\`; do not edit.

## Errors

Every failed REST or matchmaking request answers \`{ "error": { "code", "message", "retryable", "retryAfterMs"?, "details"? } }\`.
Codes are for programs and never change; messages are for people and may. "Retry" means that the same request may succeed
later without being changed. Replies of \`/matchmake\` carry \`code\` (Colyseus' number) and \`message\` beside \`error\`, where
Colyseus' SDKs look for them.`;

const CLOSE_INTRODUCTION = `## Close codes

Why a WebSocket was closed; the reason text of the close frame is for people. Besides these, WebSocket's own codes appear:
1002 for broken framing, 1007 for text that is no UTF-8, 1009 for a frame over \`MERIDIAN_ROOMS_MAX_PAYLOAD_BYTES\`, 1006 when
the connection just broke.`;

export function errorsPage(): string {
  const errors = Object.entries(ERRORS).map(([code, spec]) => [
    `\`${code}\``,
    String(spec.http),
    spec.grpc,
    spec.retryable ? 'yes' : 'no',
    spec.message,
  ]);
  const texts = new DocComments('src/protocol/close-codes.ts').ofKeys('CloseCode');
  const closes = Object.entries(CloseCode).map(([name, code]) => {
    const text = texts.get(name);
    if (text === undefined) throw new Error(`CloseCode.${name} has no comment`);
    return [String(code), `\`${name}\``, RECONNECTING.includes(code) ? 'comes back' : 'ends', text];
  });
  const sections = [
    INTRODUCTION,
    markdownTable(['code', 'HTTP', 'gRPC', 'retry', 'message'], errors),
    CLOSE_INTRODUCTION,
    markdownTable(['code', 'name', "Colyseus' SDK", 'meaning'], closes),
  ];
  return `${sections.join('\n\n')}\n`;
}

if (import.meta.main) writeFileSync(join(import.meta.dirname, 'errors.md'), errorsPage());
