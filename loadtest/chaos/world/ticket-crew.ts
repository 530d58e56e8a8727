import { join } from 'node:path';
import { LineProcess } from '../../machine/line-process.ts';
import type { Refusal, TicketTrip } from './ticket-trip.ts';
import type { TicketOrder, TicketReport } from './ticket-wire.ts';

const PROJECT_ROOT = join(import.meta.dirname, '..', '..', '..');
const A_DAY_MS = 24 * 60 * 60 * 1_000;
const READY_WITHIN_MS = 60_000;

/** The players who enter the queue, in a process of their own, and what became of each of their tickets. */
export class TicketCrew implements AsyncDisposable {
  readonly trips = new Map<number, TicketTrip>();
  readonly refusals: Refusal[] = [];
  readonly #process: LineProcess<TicketReport>;
  #failure: Error | null = null;

  /** Resolves when all players are there and begin to enter. @throws {Error} when they do not get there */
  static async begin(order: Omit<Extract<TicketOrder, { kind: 'begin' }>, 'kind'>) {
    const process = new LineProcess<TicketReport>({
      name: 'the ticket players',
      command: globalThis.process.execPath,
      args: ['--conditions=meridian-source', join(import.meta.dirname, 'ticket-worker.ts')],
      cwd: PROJECT_ROOT,
    });
    const crew = new TicketCrew(process);
    try {
      process.tell(JSON.stringify({ kind: 'begin', ...order } satisfies TicketOrder));
      await process.next(READY_WITHIN_MS);
    } catch (error) {
      await process.quit();
      throw error;
    }
    void crew.#follow();
    return crew;
  }

  private constructor(process: LineProcess<TicketReport>) {
    this.#process = process;
  }

  /** Tickets that wait. @throws {Error} when the process of the players has ended */
  get waiting(): readonly TicketTrip[] {
    if (this.#failure !== null) throw this.#failure;
    return [...this.trips.values()].filter(({ end }) => end === null);
  }

  /** Matched players who are on their way to their seats. */
  get arriving(): readonly TicketTrip[] {
    return [...this.trips.values()].filter(
      ({ end, seat }) => end?.kind === 'matched' && seat === null,
    );
  }

  /** Nobody enters any more. */
  stop(): void {
    this.#process.tell(JSON.stringify({ kind: 'stop' } satisfies TicketOrder));
  }

  /** Who waits still takes his ticket back. */
  takeBack(): void {
    this.#process.tell(JSON.stringify({ kind: 'take-back' } satisfies TicketOrder));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.quit();
  }

  async #follow(): Promise<void> {
    try {
      for (;;) this.#take(await this.#process.next(A_DAY_MS));
    } catch (error) {
      this.#failure = error as Error;
    }
  }

  #take(report: TicketReport): void {
    switch (report.kind) {
      case 'ready':
        return;
      case 'entered': {
        const { trip, playerId, home, ticketId, atMs } = report;
        const facts = { trip, playerId, home, enteredAtMs: atMs };
        const nothing = { end: null, seat: null };
        this.trips.set(trip, { ...facts, ticketIds: [ticketId], newestAtMs: atMs, ...nothing });
        return;
      }
      case 'refused': {
        const { home, code, atMs } = report;
        this.refusals.push({ home, code, atMs });
        return;
      }
      case 'again': {
        const trip = this.trips.get(report.trip);
        if (trip === undefined) return;
        trip.ticketIds = [...trip.ticketIds, report.ticketId];
        trip.newestAtMs = report.atMs;
        return;
      }
      case 'ended': {
        const trip = this.trips.get(report.trip);
        if (trip !== undefined) trip.end = { ...report.end, atMs: report.atMs };
        return;
      }
      case 'seat': {
        const trip = this.trips.get(report.trip);
        if (trip !== undefined) trip.seat = { ...report.seat, atMs: report.atMs };
      }
    }
  }
}
