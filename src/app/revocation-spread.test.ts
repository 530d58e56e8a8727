import { describe, expect, test } from 'vitest';
import type { Revocation } from '../auth/revocation.ts';
import type { RevocationLog } from '../auth/revocation-log.ts';
import { Revocations } from '../auth/revocations.ts';
import type { LinkMessage, RegionLink } from '../regions/contract.ts';
import type { LinkGapHandler, LinkHandler, OutgoingMessage } from '../regions/link/region-link.ts';
import { createLogger } from '../telemetry/logger.ts';
import { spreadRevocations } from './revocation-spread.ts';

const log = createLogger({ level: 'silent' });
const clock = { wallMs: () => 1_000, monotonicMs: () => 1_000 };
const revocation = (id: string): Revocation => ({
  id,
  playerId: 'p_ann',
  atMs: 1_000,
  kind: 'player',
});

/** Links to `eu` and `us`, of which some refuse. */
class HandMadeLink implements RegionLink {
  readonly regionId = 'asia';
  readonly peers = ['eu', 'us'];
  readonly sent: { readonly to: string; readonly id: string; readonly of: string }[] = [];
  readonly refusing = new Set<string>();
  readonly handlers = new Map<string, LinkHandler<Revocation>>();
  readonly peerGaps = new Map<string, LinkGapHandler>();

  async send<Body>(to: string, { body, id = 'none' }: OutgoingMessage<Body>) {
    if (this.refusing.has(to)) return { ok: false, id, reason: 'outbox-full' } as const;
    this.sent.push({ to, id, of: (body as Revocation).id });
    return { ok: true, id } as const;
  }

  async broadcast() {
    return new Map();
  }

  onMessage<Body>(from: string, _kind: unknown, handler: LinkHandler<Body>): void {
    this.handlers.set(from, handler as unknown as LinkHandler<Revocation>);
  }

  onGap(): void {}

  onPeerGap(to: string, handler: LinkGapHandler): void {
    this.peerGaps.set(to, handler);
  }

  status() {
    return undefined;
  }
}

async function setUp() {
  const kept: Revocation[] = [];
  const revocationLog: RevocationLog = {
    add: async (one) => void kept.push(one),
    keep: async (one) => void kept.push(one),
    unexpired: async () => [...kept],
    onAdded: () => undefined,
    onGap: () => undefined,
  };
  const revocations = await Revocations.open({ revocationLog, clock, log }, { tokenTtlMs: 60_000 });
  const link = spreadRevocations({ revocations, link: new HandMadeLink(), log });
  return { revocations, link, kept };
}

describe('spreadRevocations', () => {
  test('[ACC-50] tells every region, and again only whom it could not tell', async () => {
    const { revocations, link } = await setUp();
    link.refusing.add('us');
    await revocations.announce(revocation('v_1'));
    expect(link.sent.map(({ to }) => to)).toEqual(['eu']);
    link.refusing.clear();
    await expect
      .poll(() => link.sent.map(({ to }) => to), { timeout: 5_000 })
      .toEqual(['eu', 'us']);
    // Under one id, so a region that had it all the same hears it once.
    expect(new Set(link.sent.map(({ id }) => id)).size).toBe(1);
    revocations.close();
  });

  test('[ACC-50] obeys what another region says, keeps it for its own nodes, and says it to nobody', async () => {
    const { revocations, link, kept } = await setUp();
    const heard: string[] = [];
    revocations.onRevoked(({ id }) => heard.push(id));
    const message: LinkMessage<Revocation> = {
      kind: 'revocation',
      id: 'x',
      atMs: 1,
      body: revocation('v_2'),
    };
    const arrival = { fromRegionId: 'eu', mayBeRepeated: false };
    for (let n = 0; n < 2; n += 1) await link.handlers.get('eu')?.(message, arrival);
    expect(heard).toEqual(['v_2']);
    expect(kept.map(({ id }) => id)).toContain('v_2');
    expect(link.sent).toEqual([]);
    const ann = { playerId: 'p_ann', displayName: 'Ann', issuedAtMs: 999 };
    expect(revocations.refusalOf(ann)?.code).toBe('TOKEN_REVOKED');
  });

  test('[ACC-50] a region that has missed news is told all that still counts', async () => {
    const { revocations, link } = await setUp();
    await revocations.announce(revocation('v_1'));
    await revocations.announce(revocation('v_2'));
    link.sent.length = 0;
    await link.peerGaps.get('us')?.('us');
    expect(link.sent.map(({ to, of }) => `${to} ${of}`)).toEqual(['us v_1', 'us v_2']);
  });

  test('[ACC-50] a node whose region cannot be told obeys all the same, and tells it later', async () => {
    const added: string[] = [];
    let isAway = true;
    const revocationLog: RevocationLog = {
      add: async ({ id }) => {
        if (isAway) throw new Error('Redis is away');
        added.push(id);
      },
      keep: async () => undefined,
      unexpired: async () => [],
      onAdded: () => undefined,
      onGap: () => undefined,
    };
    const revocations = await Revocations.open(
      { revocationLog, clock, log },
      { tokenTtlMs: 60_000 },
    );
    await revocations.announce(revocation('v_1'));
    const ann = { playerId: 'p_ann', displayName: 'Ann', issuedAtMs: 999 };
    expect(revocations.refusalOf(ann)?.code).toBe('TOKEN_REVOKED');
    isAway = false;
    await expect.poll(() => added, { timeout: 5_000 }).toEqual(['v_1']);
    revocations.close();
  });
});
