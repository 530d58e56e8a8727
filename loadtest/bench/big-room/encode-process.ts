// One contender of the encoders' bench, in a process of its own: see `EncodeAnswer`.

import { createInterface } from 'node:readline';
import { EncodeMeter } from './encode-meter.ts';
import type { EncodeAnswer, EncodeSetup } from './encode-turns.ts';

const { contender, scenario, players } = JSON.parse(process.argv[2] as string) as EncodeSetup;
const meter = new EncodeMeter(contender, scenario, players);

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const [command, argument] = line.split(' ');
  if (command === 'quit') process.exit(0);
  if (command === 'turn') {
    meter.turn(Number(argument));
    say({ kind: 'turned' });
  } else if (command === 'result') {
    say(meter.result());
  }
});
// A bench that died must not leave processes behind.
lines.on('close', () => process.exit(0));

function say(answer: EncodeAnswer): void {
  process.stdout.write(`@${JSON.stringify(answer)}\n`);
}
