// What a soak counts, with real players in real rooms: a node that is killed where nobody can take over is an outage and a loss, and
// both must be seen. And, in a run with time, a small soak over five regions whose world survives.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { Cluster } from '../../loadtest/cluster/cluster.ts';
import { machineNowMs } from '../../loadtest/machine/machine-clock.ts';
import { incidentsOf } from '../../loadtest/soak/accounting/incidents.ts';
import { doubleOwners, lostRooms } from '../../loadtest/soak/accounting/room-fates.ts';
import { SoakCrew } from '../../loadtest/soak/bots/soak-crew.ts';
import { readLedgers } from '../../loadtest/soak/game/owner-ledger.ts';
import { populate } from '../../loadtest/soak/population.ts';
import { runSoak } from '../../loadtest/soak/run-soak.ts';
import { SoakBook } from '../../loadtest/soak/soak-book.ts';
import { soakFigures } from '../../loadtest/soak/soak-figures.ts';
import { soakSummary } from '../../loadtest/soak/soak-summary.ts';
import { eventually } from '../support/eventually.ts';
import { longTest } from '../support/long-test.ts';
import { repositoryRoot } from '../support/repository.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Of one region here, wherever they live. */
const PLAYERS = 4;
const WITHIN = { withinMs: 60_000 } as const;

longTest(
  '[SO-5] [SO-8] [SO-9] [SO-10] seconds without a match are counted, and so are the rooms that nobody brings back',
  async () => {
    await using folder = await temporaryFolder('soak-test');
    await using cluster = await Cluster.start({
      game: 'loadtest/soak/game/soak-game.ts',
      nodes: 1,
      // A machine that does other things is no node that hangs.
      env: { SOAK_LEDGER_FOLDER: folder.path, MERIDIAN_CLUSTER_HANG_MS: '10000' },
    });
    const book = new SoakBook();
    const players = populate(PLAYERS).filter(({ kind }) => kind === 'roaming');
    await using crew = new SoakCrew(
      {
        ...{ players, seed: 1, comePerSecond: 50 },
        doors: Object.fromEntries(players.map(({ home }) => [home, cluster.frontDoor])),
      },
      (report) => book.add(report),
    );
    book.begin(machineNowMs());
    // Bounds of time are not judged here: a machine that does other things misses some.
    await eventually(() => book.availability.played().playedSeconds >= 2 * PLAYERS, WITHIN);
    const before = book.availability.played();
    expect(doubleOwners(readLedgers(folder.path))).toEqual([]);

    const fromMs = machineNowMs();
    await cluster.nodes[0]?.kill();
    const unplayed = () =>
      book.availability.unplayed.filter(({ second }) => second * 1_000 >= fromMs).length;
    await eventually(() => unplayed() >= 6 * PLAYERS, WITHIN);
    const stranded = await crew.stop();

    const { playerSeconds, playedSeconds } = book.availability.played();
    expect(playerSeconds - playedSeconds).toBeGreaterThanOrEqual(6 * PLAYERS);
    expect(playerSeconds).toBeGreaterThanOrEqual(before.playerSeconds + 6 * PLAYERS);
    const kill = { kind: 'kill', what: 'kill -9', fromMs, toMs: machineNowMs() };
    const regionIds = [...new Set(players.map(({ home }) => home))];
    const incidents = incidentsOf(
      book.availability.unplayed,
      [{ ...kill, regionIds }],
      book.pauses,
    );
    const felt = incidents.find((incident) => incident.kind === 'kill');
    expect(felt).toMatchObject({ cause: 'kill -9', players: PLAYERS });
    expect(felt?.longestGapMs).toBeGreaterThan(3_000);

    const { endings, lastSeenMs } = book;
    const reigns = readLedgers(folder.path);
    const rooms = new Set(reigns.map(({ roomId }) => roomId));
    const lost = lostRooms({ endings, stranded, reigns, lastSeenMs });
    expect(new Set(lost.map(({ roomId }) => roomId))).toEqual(rooms);
  },
  120_000,
);

longTest(
  '[SO-5] [SO-7] [SO-9] [SO-10] a small soak over five regions loses a node, and no room',
  async () => {
    await using folder = await temporaryFolder('soak-test');
    const logs = join(folder.path, 'logs');
    await mkdir(logs);
    const lines: string[] = [];
    const run = await runSoak(
      { minutes: 0.5, bots: 10, seed: 1, logs },
      {
        projectRoot: repositoryRoot,
        tell: (line) => lines.push(line),
        plan: [
          { kind: 'kill', atS: 4, lengthS: 0, regionId: 'europe', otherRegionId: null, pick: 0 },
        ],
      },
    );
    const log = [...lines, soakSummary(run)].join('\n');
    const figures = soakFigures(run);
    expect(figures, log).toMatchObject({ faults: 1, lost_rooms: 0, double_owners: 0, players: 10 });
    expect(figures['player_seconds'], log).toBeGreaterThan(150);
    expect(figures['availability'], log).toBeGreaterThan(0.9);
  },
  180_000,
);
