import { Client } from '@colyseus/sdk';
import { signInAsGuest } from '../../loadtest/bots/guest.ts';
import { InputChannel } from '../../loadtest/bots/input-channel.ts';
import { RoomClient } from '../../loadtest/bots/room-client.ts';
import { reserveSeat } from '../../loadtest/bots/seat.ts';
import { Wanderer } from '../../loadtest/scenarios/wander.ts';
import { encodeLinkReport, type LinkReport } from '../../src/protocol/link-report.ts';
import { freePort } from './free-port.ts';
import { MatchPlayer } from './match-player.ts';
import { MatchRegions } from './match-regions.ts';
import type { ScrapeTarget } from './prometheus-server.ts';
import { MeridianProcess } from './start-meridian.ts';
import { temporaryFolder } from './temporary-folder.ts';

const STEP_MS = 50;
const REPORT_EVERY_STEPS = 20;
/** What a client of a good link says of a second. */
const REPORT: LinkReport = {
  ...{ transport: 'websocket', isHidden: false, rttP50Ms: 20, rttP95Ms: 25, transitQ95Ms: 5 },
  ...{ interpolationDelayMs: 80, underruns: 1, stallMs: 10, correctionP95Px: 1, mispredictions: 1 },
  ...{ reconciliations: 20, framesPerSecond: 60, receivedBytes: 4_000, actionP95Ms: 90 },
};

/**
 * A small world under bots: region `a` of two nodes, region `b` of one whose profiles are another process, linked to each other. Bots play
 * the arena, tell how they fare, and look for duels.
 */
export class ObservedWorld implements AsyncDisposable {
  readonly targets: readonly ScrapeTarget[];
  readonly #regions: MatchRegions;
  readonly #owned: AsyncDisposableStack;
  readonly #bots: RoomClient[] = [];

  static async start(): Promise<ObservedWorld> {
    await using owned = new AsyncDisposableStack();
    const rpcPort = await freePort();
    const folder = owned.use(await temporaryFolder('observed'));
    const regions = owned.use(
      await MatchRegions.start({
        game: 'demos/game.ts',
        env: { b: { MERIDIAN_RPC_PROFILE_TARGET: `127.0.0.1:${rpcPort}` } },
      }),
    );
    const profiles = owned.use(
      await MeridianProcess.start({
        game: 'demos/game.ts',
        env: {
          JWT_SECRET: regions.region('b').secret,
          REDIS_URI: regions.redis('b').uri,
          MERIDIAN_PROCESS_SERVICES: 'profile',
          MERIDIAN_RPC_PORT: String(rpcPort),
          MERIDIAN_PROFILES_SQLITE_PATH: `${folder.path}/profiles.sqlite`,
          MERIDIAN_ANALYTICS_SINK: 'none',
        },
      }),
    );
    const [first, second] = regions.nodes('a');
    const [other] = regions.nodes('b');
    if (first === undefined || second === undefined || other === undefined) {
      throw new Error('A node is missing.');
    }
    const target = (node: MeridianProcess, region: string, pod: string): ScrapeTarget => ({
      address: `127.0.0.1:${node.metricsPort}`,
      labels: { region, namespace: 'meridian', pod },
    });
    const targets = [
      ...[target(first, 'a', 'game-0'), target(second, 'a', 'game-1')],
      ...[target(other, 'b', 'game-2'), target(profiles, 'b', 'profile-0')],
    ];
    await Promise.all([first, second, other].map((node) => node.ready()));
    const world = new ObservedWorld(targets, regions, owned.move());
    try {
      await Promise.all([first, second, other].map((node, n) => world.#play(node.url, n)));
      return world;
    } catch (error) {
      await world[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(
    targets: readonly ScrapeTarget[],
    regions: MatchRegions,
    owned: AsyncDisposableStack,
  ) {
    this.targets = targets;
    this.#regions = regions;
    this.#owned = owned;
  }

  /** Two players of one region are matched for a duel. */
  async matchOnce(): Promise<void> {
    const enter = async () => {
      const player = await MatchPlayer.signIn(this.#regions.region('a'));
      const { body } = await player.enter('duel');
      return await player.matched(body);
    };
    await Promise.all([enter(), enter()]);
  }

  /** Somebody looks at a profile, in either region: what is read goes through caches, and over gRPC. */
  async lookAtProfiles(): Promise<void> {
    for (const id of ['a', 'b'] as const) {
      const player = await MatchPlayer.signIn(this.#regions.region(id));
      await player.ask('GET', `/v1/profiles/${player.playerId}`);
      const username = `ada_${player.playerId.slice(-12)}`;
      await player.ask('POST', '/v1/profiles/me/username', { username });
    }
  }

  /** Somebody comes into a room of either region and leaves; and signs out, which the other region is told. */
  async comeAndGo(): Promise<void> {
    for (const id of ['a', 'b'] as const) {
      const region = this.#regions.region(id);
      const player = await MatchPlayer.signIn(region);
      const client = new Client(region.url);
      client.auth.token = player.tokens.accessToken;
      await (await client.joinOrCreate('duel')).leave();
      await player.ask('POST', '/v1/auth/sign-out', { refreshToken: player.tokens.refreshToken });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const bot of this.#bots) bot.socket.destroy('the test is over');
    await this.#owned.disposeAsync();
  }

  async #play(url: string, seed: number): Promise<void> {
    const endpoint = new URL(url);
    const { accessToken } = await signInAsGuest(endpoint, `Bot ${seed}`);
    const options = { bots: 0 };
    const seat = await reserveSeat({ endpoint, roomName: 'arena', options, accessToken });
    const at = new URL(`http://${seat.publicAddress ?? endpoint.host}`);
    const bot = await RoomClient.join({ endpoint: at, seat, accessToken, decodes: true });
    this.#bots.push(bot);
    let inputs: InputChannel | null = null;
    const mind = new Wanderer(seed);
    let steps = 0;
    const timer = setInterval(() => {
      if (!bot.socket.isWritable) return;
      steps += 1;
      if (steps % REPORT_EVERY_STEPS === 0) bot.socket.send(encodeLinkReport(REPORT));
      // Terms come with the handshake.
      const terms = bot.handshake?.inputs;
      if (terms == null) return;
      inputs ??= new InputChannel(bot, terms);
      const { fields } = inputs;
      mind.step({
        ...{ index: seed, sessionId: bot.sessionId, state: null, inputFields: fields },
        ...{ sendInput: (values) => void inputs?.send(values), sendAction: () => {} },
      });
    }, STEP_MS);
    this.#owned.defer(() => clearInterval(timer));
  }
}
