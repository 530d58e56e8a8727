import type { RoomLinks } from '../cluster/node-info.ts';
import type { QualityLevel } from '../protocol/quality.ts';
import type { RoundTripFigures } from '../transport/ws/round-trips.ts';

/** A client, as far as its link is measured; one of another transport has none of this. */
export interface SurveyedClient {
  readonly rtt?: RoundTripFigures | null;
  readonly qualityLevel?: QualityLevel;
  readonly sentBytesPerSecond?: number | null;
}

export interface SurveyedRoom {
  readonly roomName: string;
  readonly clients: Iterable<object>;
}

const LEVELS = 5;

/** How the links of the players of these rooms are, by name of the room. Rooms in which nobody has been measured are left out. */
export function surveyLinks(rooms: Iterable<SurveyedRoom>): readonly RoomLinks[] {
  const byName = new Map<string, SurveyedClient[]>();
  for (const { roomName, clients } of rooms) {
    const measured = byName.get(roomName) ?? [];
    for (const client of clients as Iterable<SurveyedClient>) {
      if (client.rtt) measured.push(client);
    }
    byName.set(roomName, measured);
  }
  return [...byName].flatMap(([roomName, clients]) =>
    clients.length === 0 ? [] : [{ roomName, ...figuresOf(clients) }],
  );
}

function figuresOf(clients: readonly SurveyedClient[]): Omit<RoomLinks, 'roomName'> {
  const rttsMs = clients.map(({ rtt }) => rtt?.p50Ms ?? 0).sort((a, b) => a - b);
  const levels = Array.from({ length: LEVELS }, () => 0);
  let sentBytesPerSecond = 0;
  for (const client of clients) {
    const level = client.qualityLevel ?? 0;
    levels[level] = (levels[level] ?? 0) + 1;
    sentBytesPerSecond += client.sentBytesPerSecond ?? 0;
  }
  return {
    players: clients.length,
    rttP50Ms: percentileOf(rttsMs, 0.5),
    rttP95Ms: percentileOf(rttsMs, 0.95),
    levels,
    sentBytesPerSecond,
  };
}

/** By nearest rank. @param sorted - not empty */
function percentileOf(sorted: readonly number[], percentile: number): number {
  return sorted[Math.ceil(sorted.length * percentile) - 1] as number;
}
