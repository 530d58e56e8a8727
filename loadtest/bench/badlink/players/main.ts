// The players of one run, a process of their own: each with a client and a link of his own, all with 60 frames a second.

import { createInterface } from 'node:readline';
import type { PlayersReport, PlayersSetup, Timeline } from '../wire.ts';
import { takeColyseusSeat } from './colyseus-seat.ts';
import { Frames } from './frames.ts';
import { judgePlayers } from './judge.ts';
import { takeMeridianSeat } from './meridian-seat.ts';
import { Player } from './player.ts';

const READY_WITHIN_MS = 15_000;

const setup = JSON.parse(process.argv[2] as string) as PlayersSetup;
const take = setup.contender === 'meridian' ? takeMeridianSeat : takeColyseusSeat;

try {
  const seats = await Promise.all(setup.endpoints.map((endpoint) => take(endpoint)));
  const players = seats.map((seat, at) => new Player(seat, setup.movers, setup.seed + at));
  const frames = new Frames(players);
  await allReady(players);
  obey(players, frames);
  say({ kind: 'ready' });
} catch (error) {
  say({ kind: 'failed', message: (error as Error).stack ?? String(error) });
}

async function allReady(players: readonly Player[]): Promise<void> {
  const deadlineMs = performance.now() + READY_WITHIN_MS;
  while (!players.every(({ isReady }) => isReady)) {
    if (performance.now() > deadlineMs) throw new Error('not all players got the whole state');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function obey(players: readonly Player[], frames: Frames): void {
  const lines = createInterface({ input: process.stdin });
  // A runner that died must not leave players behind.
  lines.on('close', () => process.exit(0));
  lines.on('line', (line) => {
    const [command, argument] = line.split(' ', 2) as [string, string?];
    switch (command) {
      case 'start':
        for (const { log } of players) log.start();
        frames.latesMs = [];
        say({ kind: 'started' });
        break;
      case 'healed':
        for (const player of players) player.healed();
        break;
      case 'stop':
        for (const { log } of players) log.isOn = false;
        say({ kind: 'stopped' });
        break;
      case 'judge': {
        const timeline = JSON.parse(argument ?? '') as Timeline;
        const logs = players.map(({ log }) => log);
        say({ kind: 'judged', ...judgePlayers(logs, frames.latesMs, timeline, setup.seed) });
        break;
      }
      case 'quit':
        process.exit(0);
    }
  });
}

function say(report: PlayersReport): void {
  process.stdout.write(`@${JSON.stringify(report)}\n`);
}
