// The image, built as the Dockerfile says and run as infra/kubernetes runs it: nobody's user, no capabilities, files that cannot be written. Its bases are made
// of this machine's own programs. As root, with podman and buildah; minutes.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { MemoryStorage, MeridianClient } from '@meridian/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DuelState } from '../../demos/duel/shared/duel-state.ts';
import { formatMove, replay } from '../../demos/duel/shared/notation.ts';
import { legalMoves, type Seat } from '../../demos/duel/shared/rules.ts';
import { buildImage, IMAGE_FOLDER, IMAGES } from '../../infra/image/local/build-image.ts';
import { ContainerEngine } from '../../infra/image/local/container-engine.ts';
import type { RoomLocation } from '../../src/protocol/rest.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { isLong } from '../support/long-test.ts';
import { RedisServer } from '../support/redis-server.ts';

const BUILD_MS = 20 * 60_000;
const LONG_MS = 5 * 60_000;
const MOST_BYTES = 250_000_000;
const MOST_START_MS = 2_000;
const STARTS = 5;
const TICK_MS = 10;
const MOVED = 4_010;
/** As infra/kubernetes confines a pod. */
const CONFINED = [
  ...['--read-only', '--read-only-tmpfs=false', '--tmpfs', '/tmp:mode=1777,size=64m'],
  ...['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--memory', '1536m'],
];

interface Container extends AsyncDisposable {
  readonly id: string;
  readonly port: number;
  readonly startedMs: number;
}

describe.skipIf(!isLong || ContainerEngine.missing() !== null)('the image', () => {
  const engine = new ContainerEngine({ folder: IMAGE_FOLDER });
  const secret = randomBytes(32).toString('hex');

  beforeAll(async () => {
    await buildImage(engine);
  }, BUILD_MS);
  afterAll(async () => {
    await engine.podman('rm', '--all', '--force', '--time', '0');
  }, LONG_MS);

  /** A node, on loopback, with the settings that a first try needs and those given. */
  async function start(
    env: Readonly<Record<string, string>> = {},
    args: readonly string[] = [],
  ): Promise<Container> {
    const port = await freePort();
    const settings = {
      PORT: String(port),
      MERIDIAN_ADMIN_METRICS_PORT: '0',
      MERIDIAN_ADMIN_ADMIN_PORT: '0',
      MERIDIAN_CLUSTER_PEER_PORT: '0',
      JWT_SECRET: secret,
      ...env,
    };
    const startedMs = performance.now();
    const id = await engine.podman(
      ...['run', '--detach', '--network', 'host', ...CONFINED],
      ...Object.entries(settings).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
      IMAGES.meridian,
      ...args,
    );
    return {
      id: id.trim(),
      port,
      startedMs,
      [Symbol.asyncDispose]: async () => {
        await engine.podman('rm', '--force', '--time', '0', id.trim());
      },
    };
  }

  async function isReady({ id, port }: Container): Promise<void> {
    try {
      await eventually(async () => (await fetch(`http://127.0.0.1:${port}/ready`)).ok, {
        withinMs: 60_000,
      });
    } catch (error) {
      throw new Error(`it did not get ready:\n${await engine.podman('logs', id)}`, {
        cause: error,
      });
    }
  }

  const inspect = async (format: string) =>
    (await engine.podman('image', 'inspect', '--format', format, IMAGES.meridian)).trim();
  const pidOf = async ({ id }: Container) =>
    Number(await engine.podman('inspect', '--format', '{{.State.Pid}}', id));
  const inside = async ({ id }: Container, script: string) =>
    (await engine.podman('exec', id, 'node', '-e', script)).trim();

  test('is less than 250 MB', async () => {
    const bytes = Number(await inspect('{{.Size}}'));
    console.info(`image: ${(bytes / 1e6).toFixed(0)} MB`);

    expect(bytes).toBeGreaterThan(100_000_000);
    expect(bytes).toBeLessThan(MOST_BYTES);
  });

  test('says who it is, as whom it runs, and how it is stopped', async () => {
    // Engines write it as they like.
    expect(await inspect('{{.Config.User}} {{.Config.StopSignal}}')).toMatch(
      /^65532:65532 (15|SIGTERM)$/,
    );
    expect(await inspect('{{index .Labels "org.opencontainers.image.title"}}')).toBe('Meridian');
    expect(await inspect('{{.Config.Env}}')).not.toMatch(/SECRET|TOKEN|PASSWORD/);
    expect(await inspect('{{json .NamesHistory}}{{json .History}}')).not.toMatch(/npmrc=|_auth/);
  });

  test(
    'has neither a shell, nor a package manager, nor a compiler',
    async () => {
      await using node = await start();
      await isReady(node);
      const found = await inside(
        node,
        `const fs = require('fs');
      const paths = ['/bin', '/usr/bin', '/sbin', '/usr/sbin', '/meridian/node_modules/typescript',
        '/meridian/node_modules/vite', '/meridian/node_modules/vitest', '/meridian/src', '/meridian/.git'];
      console.log(JSON.stringify([...paths.filter((it) => fs.existsSync(it)), ...fs.readdirSync('/usr/local/bin')]))`,
      );

      expect(JSON.parse(found)).toEqual(['node']);
    },
    LONG_MS,
  );

  test(
    'runs as nobody, without capabilities, and can write to /tmp alone',
    async () => {
      await using node = await start();
      await isReady(node);
      const status = readFileSync(`/proc/${await pidOf(node)}/status`, 'utf8');
      const writes = await inside(
        node,
        `const fs = require('fs');
      const mayWrite = (folder) => { try { fs.writeFileSync(folder + '/x', ''); return true } catch { return false } };
      const folders = ['/', '/meridian', '/meridian/compile-cache', '/usr', '/etc', '/var/lib/dpkg', '/tmp'];
      console.log(JSON.stringify(folders.filter(mayWrite)))`,
      );

      expect(status).toMatch(/^Uid:\t65532\t65532\t65532\t65532$/m);
      expect(status).toMatch(/^Gid:\t65532\t65532\t65532\t65532$/m);
      expect(status).toMatch(/^CapEff:\t0+$/m);
      expect(status).toMatch(/^CapBnd:\t0+$/m);
      expect(status).toMatch(/^NoNewPrivs:\t1$/m);
      expect(JSON.parse(writes)).toEqual(['/tmp']);
    },
    LONG_MS,
  );

  test(
    'its health check tells who lives',
    async () => {
      await using node = await start();
      await isReady(node);

      await expect(engine.podman('healthcheck', 'run', node.id)).resolves.toBeDefined();
      await engine.podman('pause', node.id);
      await engine.podman('unpause', node.id);
      await expect(
        engine.podman('exec', '--env', 'PORT=9', node.id, 'node', 'infra/image/runtime/health.ts'),
      ).rejects.toThrow();
    },
    LONG_MS,
  );

  test(
    'is ready in less than two seconds',
    async () => {
      const wallMs: number[] = [];
      const cpuMs: number[] = [];
      for (let n = 0; n < STARTS; n += 1) {
        await using node = await start();
        await isReady(node);
        wallMs.push(performance.now() - node.startedMs);
        cpuMs.push(cpuOf(await pidOf(node)));
      }
      const [wall, cpu] = [median(wallMs), median(cpuMs)];
      console.info(
        `start to /ready, median of ${STARTS}: ${wall.toFixed(0)} ms, of which ${cpu} ms on a processor (load ${loadavg()[0]?.toFixed(1)} on ${cpus().length})`,
      );

      expect(cpu).toBeLessThan(MOST_START_MS);
      // Where others compute as well, the clock says how many they are.
      if ((loadavg()[0] ?? 0) < cpus().length) expect(wall).toBeLessThan(MOST_START_MS);
    },
    LONG_MS,
  );

  test(
    'what V8 has compiled is in it, and is taken',
    async () => {
      await using node = await start({ NODE_DEBUG_NATIVE: 'COMPILE_CACHE' });
      await isReady(node);
      const log = await engineLog(node);
      const [hits, misses] = [/cache for .* was accepted/g, /cache for .* was (rejected|not)/g].map(
        (pattern) => log.match(pattern)?.length ?? 0,
      );
      console.info(`compile cache: ${hits} taken, ${misses} not`);

      expect(hits).toBeGreaterThan(300);
      expect(misses).toBeLessThan((hits ?? 0) / 20);
    },
    LONG_MS,
  );

  test(
    'has what deletion-cost runs with',
    async () => {
      await using node = await start({ NAMESPACE: 'x', KUBERNETES_SERVICE_HOST: '127.0.0.1' }, [
        'infra/kubernetes/deletion-cost/main.ts',
      ]);

      // It comes as far as the token that Kubernetes would give it.
      await eventually(async () => (await engineLog(node)).includes('serviceaccount/ca.crt'), {
        withinMs: 60_000,
      });
    },
    LONG_MS,
  );

  test(
    'drains on SIGTERM: a player inside stays in his match, on another node',
    async () => {
      await using redis = await RedisServer.start();
      const together = async () => {
        const port = await freePort();
        return await start({
          PORT: String(port),
          REDIS_URI: redis.uri,
          MERIDIAN_HTTP_PUBLIC_ADDRESS: `127.0.0.1:${port}`,
        });
      };
      await using first = await together();
      await using second = await together();
      const portOf = async (node: Container) =>
        Number(await inside(node, 'console.log(process.env.PORT)'));
      const nodes = [
        { ...first, port: await portOf(first) },
        { ...second, port: await portOf(second) },
      ];
      for (const node of nodes) await isReady(node);
      const client = new MeridianClient(`http://127.0.0.1:${nodes[0]?.port}`, {
        storage: new MemoryStorage(),
      });
      await client.signInAsGuest({ displayName: 'Ada' });
      const room = await client.joinOrCreate<DuelState>('duel', {
        opponent: 'bot',
        clockMs: 600_000,
      });
      const drops: number[] = [];
      let ending: number | null = null;
      room.onDrop(({ code }) => drops.push(code));
      room.onLeave((code) => {
        ending = code;
      });
      const play = async () => {
        const isMyTurn = () => {
          const { phase, layout, moves, seats } = room.state;
          const seat = seats.findIndex(({ sessionId }) => sessionId === room.sessionId) as Seat;
          const position = phase === 'playing' ? replay(layout, moves) : null;
          return position?.turn === seat ? { position, seat } : null;
        };
        const { position, seat } = await eventually(isMyTurn, { withinMs: 60_000 });
        const [move] = legalMoves(position, seat);
        if (move === undefined) throw new Error('there is no move to make');
        room.send('move', { game: room.state.game, ply: position.ply, move: formatMove(move) });
        await eventually(() => room.state.moves.length > position.ply + 1, { withinMs: 60_000 });
        return [...room.state.moves];
      };
      const ownerPort = async (asked: number) => {
        const reply = await fetch(`http://127.0.0.1:${asked}/v1/rooms/${room.roomId}`);
        const location = (await reply.json()) as RoomLocation;
        return location.state === 'running' ? Number(location.publicAddress?.split(':')[1]) : 0;
      };
      const before = await play();
      const at = await ownerPort(nodes[0]?.port ?? 0);
      const source = nodes.find(({ port }) => port === at) as Container;
      const target = nodes.find(({ port }) => port !== at) as Container;

      await engine.podman('stop', '--time', '60', source.id);
      const after = await play();

      const exit = await engine.podman('inspect', '--format', '{{.State.ExitCode}}', source.id);
      expect(exit.trim()).toBe('0');
      expect(drops).toEqual([MOVED]);
      expect(ending).toBeNull();
      expect(after.slice(0, before.length)).toEqual(before);
      expect(await ownerPort(target.port)).toBe(target.port);
      await room.leave();
    },
    LONG_MS,
  );

  /** Both streams. */
  async function engineLog({ id }: Container): Promise<string> {
    const path = (
      await engine.podman('inspect', '--format', '{{.HostConfig.LogConfig.Path}}', id)
    ).trim();
    return readFileSync(path, 'utf8');
  }
});

/** What a process has computed so far, in ms: user and system, of proc_pid_stat(5). */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
