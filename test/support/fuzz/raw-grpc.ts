import { once } from 'node:events';
import { connect } from 'node:http2';
import { status } from '@grpc/grpc-js';

/** A call as its frames will be: nothing is checked or completed. */
export interface RawCall {
  /** `/<service>/<Method>` */
  readonly path: string;
  /** Besides those every call has; a name of one of them replaces it. */
  readonly headers: Readonly<Record<string, string>>;
  /** What follows the head: framed messages, or anything. */
  readonly body: Uint8Array;
  /** Whether the call would go on: the first that comes of it counts as `OK`, and the caller hangs up. */
  readonly isStream?: boolean;
}

export interface RawOutcome {
  /** Of gRPC; null when there was none: HTTP/2 itself refused. */
  readonly status: status | null;
  /** Text of the status. */
  readonly message: string;
  /** The trailer in which services say what it was; empty: none. */
  readonly error: string;
  /** What came between head and trailers. */
  readonly reply: string;
}

const PATIENCE_MS = 10_000;

/** A message as gRPC frames it: not compressed, and its length. */
export function framed(message: Uint8Array): Uint8Array {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/**
 * One call over a connection of its own.
 *
 * @throws {Error} when nothing has come of it for 10 s
 */
export async function rawCall(
  port: number,
  { path, headers, body, isStream = false }: RawCall,
): Promise<RawOutcome> {
  const session = connect(`http://127.0.0.1:${port}`);
  // A server may end the whole connection over one bad frame.
  session.on('error', () => {});
  try {
    const head = { ':method': 'POST', ':path': path, te: 'trailers' };
    const stream = session.request(
      { ...head, 'content-type': 'application/grpc', ...headers },
      // Else node would end what is a GET.
      { endStream: false },
    );
    const seen: Record<string, unknown> = {};
    stream.on('error', () => {});
    for (const event of ['response', 'trailers'] as const) {
      stream.on(event, (received: object) => Object.assign(seen, received));
    }
    const reply: Buffer[] = [];
    stream.on('data', (bytes: Buffer) => {
      reply.push(bytes);
      if (isStream) stream.close();
    });
    stream.end(body);
    await once(stream, 'close', { signal: AbortSignal.timeout(PATIENCE_MS) });
    const code = seen['grpc-status'] ?? (isStream && reply.length > 0 ? status.OK : undefined);
    return {
      status: code === undefined ? null : (Number(code) as status),
      reply: Buffer.concat(reply).toString('latin1'),
      message: decodeURIComponent(String(seen['grpc-message'] ?? '')),
      error: Buffer.from(String(seen['meridian-error-bin'] ?? ''), 'base64').toString(),
    };
  } finally {
    session.destroy();
  }
}
