import { z } from 'zod';

/** A seat reservation, as matchmaking answers it. */
export const Seat = z.object({
  sessionId: z.string(),
  roomId: z.string(),
  processId: z.string(),
  /** `host:port` of the room's node; absent: the one that was asked. */
  publicAddress: z.string().nullish(),
  /** Other nodes of the region (`SeatExtras`). */
  nodes: z.array(z.string()).optional(),
  /** Where the room goes when its region is lost (`SeatExtras`). */
  refuge: z.string().optional(),
});
export type Seat = z.infer<typeof Seat>;

/** Errors come as Meridian's `{ error: { code } }`, or as Colyseus' `{ code, error }`. */
const Refusal = z.union([
  z.object({ error: z.object({ code: z.string(), retryAfterMs: z.number().optional() }) }),
  z.object({ code: z.union([z.string(), z.number()]), error: z.string().optional() }),
]);

/** Why a request was refused: the code counts, the text is for people. */
export class RefusedError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export interface SeatRequest {
  readonly endpoint: URL;
  readonly roomName: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly accessToken?: string;
}

/** @throws {RefusedError} when the server refuses the seat */
export async function reserveSeat(request: SeatRequest): Promise<Seat> {
  const answer = await postJson(
    new URL(`/matchmake/joinOrCreate/${request.roomName}`, request.endpoint),
    request.options,
    request.accessToken,
  );
  return Seat.parse(answer);
}

/** POSTs JSON and returns the parsed answer. @throws {RefusedError} for any status but 2xx */
export async function postJson(url: URL, body: unknown, accessToken?: string): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (response.ok) return JSON.parse(text);
  const refusal = Refusal.safeParse(parseOrNull(text));
  const code = refusal.success ? codeOf(refusal.data) : `HTTP_${response.status}`;
  throw new RefusedError(code, `${url.pathname} answered ${response.status} ${code}`);
}

function codeOf(refusal: z.infer<typeof Refusal>): string {
  return typeof refusal.error === 'object'
    ? refusal.error.code
    : String((refusal as { code: string | number }).code);
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the status says enough.
    return null;
  }
}
