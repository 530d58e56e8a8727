import { z } from 'zod';
import { API_PREFIX, type RoomLocation } from '../../src/protocol/rest.ts';
import { getJson } from './get-json.ts';

const Location = z.union([
  z.object({
    state: z.literal('running'),
    roomId: z.string(),
    processId: z.string(),
    publicAddress: z.string().nullable(),
    nodes: z.array(z.string()),
  }),
  z.object({
    state: z.literal('recovering'),
    roomId: z.string(),
    retryAfterMs: z.number(),
    nodes: z.array(z.string()),
  }),
]) satisfies z.ZodType<RoomLocation>;

const Gone = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
});

/** What one node says of a room. */
export type RoomNews =
  | (RoomLocation & { readonly askedAddress: string })
  /** The room will not come back; why, for people. */
  | { readonly state: 'gone'; readonly reason: string }
  /** The node did not answer, or cannot tell now. */
  | { readonly state: 'no-answer' };

/** Besides the wait. */
const PATIENCE_MS = 1_500;

export interface AwaitedNews {
  /** How long the node may wait for news before it answers, at most 1000. */
  readonly waitMs: number;
  /** That the room runs there is no news. */
  readonly lostProcessId: string;
}

/** Asks a node (`host:port`) where a room is. */
export async function askForRoom(
  address: string,
  roomId: string,
  { waitMs, lostProcessId }: AwaitedNews,
): Promise<RoomNews> {
  try {
    const news = `?waitMs=${waitMs}&lostProcessId=${lostProcessId}`;
    const response = await getJson(address, `${API_PREFIX}/rooms/${roomId}${news}`, {
      timeoutMs: waitMs + PATIENCE_MS,
    });
    const { body } = response;
    if (response.status === 200) return { ...Location.parse(body), askedAddress: address };
    if (response.status !== 404 && response.status !== 410) return { state: 'no-answer' };
    const { code, message, details } = Gone.parse(body).error;
    const reason = String(details?.['reason'] ?? message);
    return { state: 'gone', reason: `${code} ${reason}` };
  } catch {
    // Refused, silent, or not a node any more: somebody else is asked next.
    return { state: 'no-answer' };
  }
}
