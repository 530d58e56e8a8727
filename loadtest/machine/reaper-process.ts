// The process behind reaper.ts. Each line of standard input is JSON: ["process", pid], ["ended", pid], ["folder", path].

import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

const pids = new Set<number>();
const folders = new Set<string>();

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const [verb, what] = JSON.parse(line) as [string, string | number];
  if (verb === 'folder') folders.add(String(what));
  else if (verb === 'process') pids.add(Number(what));
  else pids.delete(Number(what));
});
lines.on('close', () => {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself.
    }
  }
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  process.exit(0);
});
