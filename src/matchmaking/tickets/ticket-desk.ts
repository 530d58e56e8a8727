import { randomUUID } from 'node:crypto';
import type { MatchmakingEvents } from '../../analytics/contract.ts';
import type { PlayerIdentity } from '../../auth/contract.ts';
import { GameError } from '../../errors/game-error.ts';
import type { PlayerProfiles } from '../../profiles/contract.ts';
import type { PartyEntry, TicketRequest } from '../../protocol/matchmaking.ts';
import type { Regions } from '../../regions/contract.ts';
import type { Clock } from '../../shared/clock.ts';
import { activeTraceparent } from '../../telemetry/tracing.ts';
import type { QueueDefinition, QueueStatus } from '../contract.ts';
import type { Party, PartyJoined, PartyMember, PartyStore } from '../parties/party.ts';
import { refuseTicket } from '../pool/admission.ts';
import { parseTicket, type Ticket, type TicketPlayer } from '../pool/ticket.ts';
import { WaitingTickets } from '../pool/waiting-tickets.ts';
import { ratingOf } from '../ratings/player-ratings.ts';
import { provenLatencies, worstLatencies } from './latency-proofs.ts';
import { longestQueue, refuseForLength } from './queue-pace.ts';
import { factsOfTicket } from './ticket-events.ts';
import type { TicketRecord } from './ticket-record.ts';
import type { TicketStore } from './ticket-store.ts';

/** Without another word for it; what is kept busy by a full queue comes back when some have been matched. */
export const FULL_RETRY_MS = 5_000;
/** Letters that nobody takes for another. */
const CODE_ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
/** Of 10^9 codes those of a region's parties of an hour are hardly ever the same. */
const CODE_LENGTH = 6;

export interface TicketDeskDeps {
  readonly queues: ReadonlyMap<string, QueueDefinition>;
  readonly store: TicketStore;
  readonly parties: PartyStore;
  readonly regions: Regions;
  readonly profiles: Pick<PlayerProfiles, 'read'>;
  readonly clock: Clock;
  readonly events: MatchmakingEvents;
  readonly mostWaiting: number;
  /** How a queue is doing; null while nobody knows. */
  readonly status: (queue: string) => Promise<QueueStatus | null>;
}

/** Where tickets and parties come in: checks what players send, and keeps what is good. */
export class TicketDesk {
  readonly #deps: TicketDeskDeps;
  /** Nobody waits in these: what a queue refuses here, it refuses anybody. */
  readonly #empty: ReadonlyMap<QueueDefinition, WaitingTickets>;

  constructor(deps: TicketDeskDeps) {
    this.#deps = deps;
    const regionIds = deps.regions.catalogue.regions.map(({ regionId }) => regionId);
    this.#empty = new Map(
      [...deps.queues.values()].map((it) => [it, new WaitingTickets(it.rules, regionIds)]),
    );
  }

  /** @throws {GameError} `QUEUE_UNKNOWN` */
  queue(name: string): QueueDefinition {
    const queue = this.#deps.queues.get(name);
    if (queue === undefined) {
      throw new GameError('QUEUE_UNKNOWN', { queues: [...this.#deps.queues.keys()] });
    }
    return queue;
  }

  /**
   * Enters a player, or the party he leads, into a queue.
   *
   * @throws {GameError} as `Matchmaking.enter`
   */
  async enter(
    queueName: string,
    request: TicketRequest,
    player: PlayerIdentity,
  ): Promise<TicketRecord> {
    const definition = this.queue(queueName);
    const { store } = this.#deps;
    const { mostWaiting, crowd } = await this.#limits(queueName, definition);
    const own = await this.#member(request, player);
    const party = await this.#deps.parties.ofPlayer(player.playerId);
    const members = party === null ? [own] : this.#lead(party, own);
    const ticket = await this.#ticket(queueName, members);
    this.#refuseUnfit(ticket, definition);
    const trace = activeTraceparent() ?? '';
    const record: TicketRecord = {
      ticket,
      queue: queueName,
      partyId: party?.partyId ?? null,
      displayNames: Object.fromEntries(
        members.map(({ playerId, displayName }) => [playerId, displayName]),
      ),
      ...(trace === '' ? {} : { trace }),
      state: { kind: 'searching' },
    };
    const entered = await store.enter(record, { mostWaiting });
    if (entered.kind === 'player-busy') {
      const { playerId, ticketId } = entered;
      throw new GameError('TICKET_EXISTS', { playerId, ticketId });
    }
    if (entered.kind === 'queue-full') {
      const { waiting } = entered;
      throw new GameError('QUEUE_FULL', { waiting, ...crowd }, { retryAfterMs: FULL_RETRY_MS });
    }
    this.#deps.events.ticketQueued(factsOfTicket(record));
    return record;
  }

  /** A ticket of the player's. @throws {GameError} `TICKET_UNKNOWN` */
  async read(ticketId: string, { playerId }: PlayerIdentity): Promise<TicketRecord> {
    const record = await this.#deps.store.read(ticketId);
    const isHis = record?.ticket.players.some((it) => it.playerId === playerId) ?? false;
    // Whether somebody else's exists is not his business.
    if (record === null || !isHis) throw new GameError('TICKET_UNKNOWN');
    return record;
  }

  /**
   * Any member of a party may cancel its ticket. One that has ended stays as it is.
   *
   * @throws {GameError} `TICKET_UNKNOWN`, `TICKET_CLAIMED`
   */
  async cancel(ticketId: string, player: PlayerIdentity): Promise<void> {
    await this.read(ticketId, player);
    await this.#end(ticketId, 'player');
  }

  /** @throws {GameError} `PARTY_EXISTS`, `LATENCY_INVALID`, `BAD_REQUEST` */
  async createParty(request: PartyEntry, player: PlayerIdentity): Promise<Party> {
    const member = await this.#member(request, player);
    const party = { partyId: randomUUID(), code: newCode(), members: [member] };
    return partyOf(await this.#deps.parties.create(party));
  }

  /**
   * A ticket on which the party waits is cancelled: it is another party now.
   *
   * @throws {GameError} `PARTY_UNKNOWN`, `PARTY_FULL`, `PARTY_EXISTS`, `LATENCY_INVALID`, `BAD_REQUEST`
   */
  async joinParty(code: string, request: PartyEntry, player: PlayerIdentity): Promise<Party> {
    const member = await this.#member(request, player);
    const party = partyOf(await this.#deps.parties.join(code.toUpperCase(), member));
    await this.#endOfParty(party);
    return party;
  }

  /** @throws {GameError} `PARTY_UNKNOWN` */
  async leaveParty({ playerId }: PlayerIdentity): Promise<void> {
    const before = await this.#deps.parties.ofPlayer(playerId);
    const left = await this.#deps.parties.leave(playerId);
    if (left === undefined || before === null) throw new GameError('PARTY_UNKNOWN');
    await this.#endOfParty(before);
  }

  async #endOfParty({ members, partyId }: Party): Promise<void> {
    for (const { playerId } of members) {
      const record = await this.#deps.store.ofPlayer(playerId);
      if (record?.partyId !== partyId || record.state.kind !== 'searching') continue;
      await this.#deps.store.end(record.ticket.ticketId, {
        kind: 'cancelled',
        by: 'party-changed',
      });
    }
  }

  async #end(ticketId: string, by: 'player'): Promise<void> {
    const outcome = await this.#deps.store.end(ticketId, { kind: 'cancelled', by });
    if (outcome === 'claimed') throw new GameError('TICKET_CLAIMED');
  }

  async #member(request: PartyEntry, player: PlayerIdentity): Promise<PartyMember> {
    const { latencyTokens, roles, avoids } = request;
    const { latencies } = this.#deps.regions;
    return {
      playerId: player.playerId,
      displayName: player.displayName,
      latencyMsByRegion: await provenLatencies(latencyTokens, player.playerId, latencies),
      ...(roles === undefined ? {} : { roles: [...roles] }),
      ...(avoids === undefined ? {} : { avoids: [...avoids] }),
    };
  }

  /** The party with what its leader says of himself now. */
  #lead({ members }: Party, own: PartyMember): readonly PartyMember[] {
    const [leader, ...others] = members;
    if (leader?.playerId !== own.playerId) throw new GameError('PARTY_NOT_LEADER');
    return [own, ...others];
  }

  async #ticket(queue: string, members: readonly PartyMember[]): Promise<Ticket> {
    const { profiles, clock } = this.#deps;
    const nowMs = clock.wallMs();
    const players = await Promise.all(
      members.map(
        async ({ playerId, roles, avoids }): Promise<TicketPlayer> => ({
          playerId,
          rating: await ratingOf(playerId, queue, { profiles, nowMs }),
          ...(roles === undefined ? {} : { roles }),
          ...(avoids === undefined ? {} : { avoids }),
        }),
      ),
    );
    const latencyMsByRegion = worstLatencies(members.map((it) => it.latencyMsByRegion));
    const ticketId = randomUUID();
    const parsed = parseTicket({ ticketId, players, latencyMsByRegion, createdAtMs: nowMs });
    if (!parsed.ok) {
      throw new GameError('TICKET_REFUSED', { reason: 'malformed', problems: parsed.problems });
    }
    return parsed.ticket;
  }

  /** What its pool would not take is refused while its player looks on. */
  #refuseUnfit(ticket: Ticket, queue: QueueDefinition): void {
    const refusal = refuseTicket(ticket, this.#empty.get(queue) as WaitingTickets);
    if (refusal !== null) throw new GameError('TICKET_REFUSED', { ...refusal });
  }

  /** Tickets that may wait in the queue now. @throws {GameError} `QUEUE_FULL` when it is too long for anybody more */
  async #limits(queueName: string, { rules }: QueueDefinition): Promise<QueueLimits> {
    const { mostWaiting } = this.#deps;
    const status = await this.#deps.status(queueName);
    if (status === null) return { mostWaiting, crowd: {} };
    const refusal = refuseForLength(status, rules.timeouts.timeoutS * 1_000);
    if (refusal !== null) throw new GameError('QUEUE_FULL', { waiting: status.waiting }, refusal);
    const longest = longestQueue(status);
    const { ticketsPerSecond } = status;
    return longest < mostWaiting
      ? { mostWaiting: longest, crowd: { ticketsPerSecond } }
      : { mostWaiting, crowd: {} };
  }
}

interface QueueLimits {
  readonly mostWaiting: number;
  /** What who is refused learns when more come than get rooms; doors go by it. */
  readonly crowd: { readonly ticketsPerSecond?: number };
}

function partyOf(joined: PartyJoined): Party {
  switch (joined.kind) {
    case 'joined':
      return joined.party;
    case 'already-in-party':
      throw new GameError('PARTY_EXISTS', { partyId: joined.party.partyId });
    case 'party-full':
      throw new GameError('PARTY_FULL');
    case 'unknown-code':
      throw new GameError('PARTY_UNKNOWN');
  }
}

function newCode(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(CODE_LENGTH));
  return Array.from(bytes, (byte) => CODE_ALPHABET[byte % CODE_ALPHABET.length]).join('');
}
