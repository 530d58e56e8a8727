import type { Streams } from './stream.ts';

/** Announces a part of a longer run. */
export function heading(name: string, { output }: Streams): void {
  process[output].write(`\n── ${name} ${'─'.repeat(Math.max(3, 60 - name.length))}\n`);
}
