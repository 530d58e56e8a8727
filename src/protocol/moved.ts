// A room that moved on purpose closes its connections with MAY_TRY_RECONNECT (4010) and this reason text, so that a Meridian
// client dials the new node at once. Stock SDKs ignore the text and retry their address, which must then be a gateway.
//
//   moved <processId> <publicAddress | ->

const PATTERN = /^moved ([\w-]{1,32}) (\S{1,80})$/;

export interface MovedTo {
  readonly processId: string;
  /** `host[:port][/path]`; null: the address the client used. */
  readonly publicAddress: string | null;
}

export function movedReason({ processId, publicAddress }: MovedTo): string {
  return `moved ${processId} ${publicAddress ?? '-'}`;
}

/** @returns null for any other reason text */
export function parseMovedReason(reason: string | undefined): MovedTo | null {
  const [, processId, address] = PATTERN.exec(reason ?? '') ?? [];
  if (processId === undefined || address === undefined) return null;
  return { processId, publicAddress: address === '-' ? null : address };
}
