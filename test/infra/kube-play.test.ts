// infra/kubernetes, run: the objects of overlays/local by `podman kube play`. A gateway with its real configuration, two game nodes, the other four services
// and a Redis; players come in by the door. As root, with podman; a minute, and what the image takes.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findProgram } from '../../bin/setup/find-program.ts';
import {
  buildImage,
  buildSurroundings,
  IMAGE_FOLDER,
} from '../../infra/image/local/build-image.ts';
import { ContainerEngine } from '../../infra/image/local/container-engine.ts';
import { KubeRegion } from '../support/kube/kube-region.ts';
import { isLong } from '../support/long-test.ts';

const BUILD_MS = 20 * 60_000;
const OPEN_MS = 10 * 60_000;
/** A node's grace, and the moves before and after. */
const DRAIN_MS = 300_000;
/** Close code of a room that has moved on purpose. */
const MOVED = 4_010;

const lacks =
  ContainerEngine.missing() ??
  ['nginx', 'kubectl', 'ip'].find((name) => findProgram([name, `/usr/sbin/${name}`]) === null);

describe.skipIf(!isLong || lacks !== undefined)(
  'a region by podman kube play',
  { retry: 0 },
  () => {
    const owned = new AsyncDisposableStack();
    const engine = new ContainerEngine({ folder: IMAGE_FOLDER });
    let region: KubeRegion;

    beforeAll(async () => {
      console.info('the images: minutes, or seconds when there is nothing new in them');
      await buildImage(engine);
      await buildSurroundings(engine);
      console.info('the images are there');
    }, BUILD_MS);
    beforeAll(async () => {
      region = owned.use(await KubeRegion.open(engine));
    }, OPEN_MS);
    afterAll(() => owned.disposeAsync(), DRAIN_MS);

    test(
      'all pods get ready; a player comes in by the door and plays',
      async () => {
        const ada = await region.duellist();
        const report = await ada.ask('play');

        expect(region.ready).toEqual(
          expect.arrayContaining(['gateway', 'game-a', 'game-b', 'auth']),
        );
        expect(report.moves.length).toBeGreaterThanOrEqual(2);
        expect(region.nameAt(report.publicAddress)).toMatch(/^game-[ab]$/);
      },
      DRAIN_MS,
    );

    test(
      'kube down of his node drains it: he stays in his match',
      async () => {
        const bob = await region.duellist();
        const before = await bob.ask('play');
        const node = region.nameAt(before.publicAddress);

        const { exitCode, log } = await region.end(node);
        const after = await bob.ask('play');

        expect(exitCode).toBe(0);
        expect(log).toContain('"event":"stopped"');
        // Told to go elsewhere, once; a killed node would have told him nothing.
        expect(after.drops).toEqual([MOVED]);
        expect(after.ending).toBeNull();
        expect(after).toMatchObject({
          roomId: before.roomId,
          sessionId: before.sessionId,
          seat: before.seat,
          game: before.game,
        });
        expect(after.moves.slice(0, before.moves.length)).toEqual(before.moves);
        expect(after.moves.length).toBeGreaterThan(before.moves.length);
        expect(region.nameAt(after.publicAddress)).toBe(node === 'game-a' ? 'game-b' : 'game-a');
      },
      DRAIN_MS,
    );
  },
);
