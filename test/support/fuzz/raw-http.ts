import { connect } from 'node:net';

/** A request as its bytes will be: nothing is checked, completed or escaped. */
export interface RawRequest {
  readonly method: string;
  /** What stands between method and version: `/v1/regions?x=1`, or anything. */
  readonly target: string;
  /** In this order, repetitions included; `Host` and the body's length are added where they are missing. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array | null;
}

export interface RawReply {
  readonly status: number;
  /** Names in lower case; of repeated ones the last. */
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

/** A request that promised more than it has is over after so long, as when its sender's link breaks, ms. */
const REST_WITHIN_MS = 150;
/** The longest a server may keep us waiting, ms. */
const PATIENCE_MS = 10_000;

/**
 * One request over a connection of its own.
 *
 * @returns null when the server hung up without a reply
 * @throws {Error} when it does neither for 10 s
 */
export async function exchange(port: number, request: RawRequest): Promise<RawReply | null> {
  const chunks: Buffer[] = [];
  const over = Promise.withResolvers<void>();
  const socket = connect(port, '127.0.0.1');
  const hangUp = promisesMore(request) ? setTimeout(() => socket.end(), REST_WITHIN_MS) : undefined;
  const giveUp = setTimeout(() => {
    over.reject(new Error('The server neither says a word nor hangs up.'));
  }, PATIENCE_MS);
  socket.on('data', (chunk) => chunks.push(chunk));
  // A server that has refused what it has not read resets the connection; its reply came before.
  socket.on('error', () => over.resolve());
  socket.on('close', () => over.resolve());
  socket.write(bytesOf(request));
  try {
    await over.promise;
  } finally {
    clearTimeout(hangUp);
    clearTimeout(giveUp);
    socket.destroy();
  }
  return parseReply(Buffer.concat(chunks).toString());
}

function promisesMore({ headers, body }: RawRequest): boolean {
  return headers.some(
    ([name, value]) =>
      /^transfer-encoding$/i.test(name) ||
      (/^content-length$/i.test(name) && Number(value) > (body?.length ?? 0)),
  );
}

function bytesOf({ method, target, headers, body }: RawRequest): Buffer {
  const given = new Set(headers.map(([name]) => name.toLowerCase()));
  const added: (readonly [string, string])[] = [['Connection', 'close']];
  if (!given.has('host')) added.push(['Host', '127.0.0.1']);
  if (body !== null && !given.has('content-length') && !given.has('transfer-encoding')) {
    added.push(['Content-Length', String(body.length)]);
  }
  const lines = [...added, ...headers].map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), body ?? new Uint8Array()]);
}

function parseReply(text: string): RawReply | null {
  const [, status = '', head = '', body = ''] =
    /^HTTP\/1\.1 (\d{3})[^\r]*\r\n((?:[^\r]+\r\n)*)\r\n(.*)$/s.exec(text) ?? [];
  if (status === '') return null;
  // "100 Continue" comes before the reply itself.
  if (status === '100') return parseReply(body);
  const headers = new Map(
    head.split('\r\n').flatMap((line) => {
      const [, name, value = ''] = /^([^:]+): *(.*)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name.toLowerCase(), value] as const];
    }),
  );
  return { status: Number(status), headers, text: body };
}
