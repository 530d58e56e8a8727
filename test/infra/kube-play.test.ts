// infra/kubernetes, run: the objects of overlays/local by `podman kube play`. A gateway with its real configuration, two game nodes, auth and profile,
// and a Redis; a player comes in by the door. As root, with podman; minutes.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findProgram } from '../../bin/setup/find-program.ts';
import {
  buildImage,
  buildSurroundings,
  IMAGE_FOLDER,
} from '../../infra/image/local/build-image.ts';
import { ContainerEngine } from '../../infra/image/local/container-engine.ts';
import { type Duellist, KubeRegion } from '../support/kube/kube-region.ts';
import { isLong } from '../support/long-test.ts';

const BUILD_MS = 20 * 60_000;
const DRAIN_MS = 180_000;
/** Close code of a room that has moved on purpose. */
const MOVED = 4_010;

const lacks =
  ContainerEngine.missing() ??
  ['nginx', 'kubectl', 'ip'].find((name) => findProgram([name, `/usr/sbin/${name}`]) === null);

describe.skipIf(!isLong || lacks !== undefined)('a region by podman kube play', () => {
  const owned = new AsyncDisposableStack();
  let region: KubeRegion;
  let ada: Duellist;

  beforeAll(async () => {
    const engine = new ContainerEngine({ folder: IMAGE_FOLDER });
    await buildImage(engine);
    await buildSurroundings(engine);
    region = owned.use(await KubeRegion.open(engine));
  }, BUILD_MS);
  afterAll(() => owned.disposeAsync(), DRAIN_MS);

  test(
    'all pods get ready, the gateway by way of the game',
    async () => {
      await region.allReady();

      expect(region.ready).toEqual(expect.arrayContaining(['gateway', 'game-a', 'game-b', 'auth']));
    },
    BUILD_MS,
  );

  test(
    'a player comes in by the door and plays',
    async () => {
      ada = await region.duellist();
      const report = await ada.ask('play');

      expect(report.moves.length).toBeGreaterThanOrEqual(2);
      expect(region.nameAt(report.publicAddress)).toMatch(/^game-[ab]$/);
    },
    DRAIN_MS,
  );

  test(
    'kube down of his node drains it: he stays in his match',
    async () => {
      const before = await ada.ask('play');
      const node = region.nameAt(before.publicAddress);

      await region.end(node);
      const after = await ada.ask('play');

      expect(region.logOf(node)).toContain('"event":"stopped"');
      // Told to go elsewhere, once; a killed node would have told him nothing.
      expect(after.drops).toEqual([MOVED]);
      expect(after.ending).toBeNull();
      expect(after).toMatchObject({
        roomId: before.roomId,
        sessionId: before.sessionId,
        game: before.game,
      });
      expect(after.moves.slice(0, before.moves.length)).toEqual(before.moves);
      expect(after.moves.length).toBeGreaterThan(before.moves.length);
      expect(region.nameAt(after.publicAddress)).toBe(node === 'game-a' ? 'game-b' : 'game-a');
    },
    DRAIN_MS,
  );
});
