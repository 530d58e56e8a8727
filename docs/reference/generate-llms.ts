// Writes llms.txt at the root of the repository:  node --conditions=meridian-source docs/reference/generate-llms.ts
// test/integration/documentation.test.ts fails when the file is stale.
//
// The form is that of https://llmstxt.org: a title, a summary, and lists of links with what each page is about. All of it is the index.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const SUMMARY = `# Meridian

> A TypeScript framework of authoritative game rooms on Colyseus 0.18: rooms that outlive their process and region, matchmaking over regions by
> latency and skill, rooms for a thousand players, and the means to run them.

A game subclasses \`Room\` of the package \`meridian\`, declares state with \`schema\` and \`t\` of \`meridian/schema\`, and is joined with
\`MeridianClient\` of \`@meridian/client\`. Node 24 runs the TypeScript as it is. State is changed on the server alone; browsers send inputs and
messages. The packages are in no registry: \`npx meridian init <folder>\` in a checkout makes a project that has them.`;

/** The file, made from the sections of docs/README.md. */
export function llmsText(): string {
  const index = readFileSync(join(ROOT, 'docs/README.md'), 'utf8');
  const sections = index
    .split(/^(?=## )/m)
    .slice(1)
    .map((section) =>
      section.trim().replace(/\]\((?!\w+:)([^)]+)\)/g, (_, path) => `](${fromRoot(path)})`),
    );
  return `${[SUMMARY, ...sections].join('\n\n')}\n`;
}

/** As seen from the root what is linked from docs/. */
function fromRoot(path: string): string {
  return path.startsWith('../') ? path.slice('../'.length) : `docs/${path}`;
}

if (import.meta.main) writeFileSync(join(ROOT, 'llms.txt'), llmsText());
