// The load generator's process. Runs on Node and, faster, on Bun.

import { createInterface } from 'node:readline';
import type { LoadProtocol, LoadReport, LoadSetup } from '../wire.ts';
import { joinWithInputs, joinWithMessages } from './join-colyseus.ts';
import { joinPacked } from './join-packed.ts';
import { joinSocketio } from './join-socketio.ts';
import type { Join } from './player.ts';
import { Swarm } from './swarm.ts';

const JOINS: Readonly<Record<LoadProtocol, Join>> = {
  'colyseus-input': joinWithInputs,
  'colyseus-message': joinWithMessages,
  socketio: joinSocketio,
  packed: joinPacked,
};

const setup = JSON.parse(process.argv[2] as string) as LoadSetup;
const swarm = new Swarm(setup, JOINS[setup.protocol]);

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => obey(line.trim()));
lines.on('close', () => process.exit(0));

const startedAtMs = performance.now();
try {
  await swarm.fill();
  say({ kind: 'ready', players: swarm.size, joinMs: Math.round(performance.now() - startedAtMs) });
} catch (error) {
  say({ kind: 'failed', message: (error as Error).message });
}

function obey(command: string): void {
  switch (command) {
    case 'start':
      swarm.start();
      say({ kind: 'started' });
      return;
    case 'stop':
      say({ kind: 'window', ...swarm.stop() });
      return;
    case 'quit':
      process.exit(0);
      return;
    default:
      throw new Error(`Unknown command "${command}".`);
  }
}

function say(report: LoadReport): void {
  process.stdout.write(`@${JSON.stringify(report)}\n`);
}
