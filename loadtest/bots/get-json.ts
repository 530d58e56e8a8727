import { connectTcp } from './tcp.ts';

export interface JsonAnswer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * `GET http://<address><path>` on a connection of its own. `fetch` costs its process several times as much, and the bots of a
 * lost node all ask at once, on the cores of the nodes that bring their rooms back.
 *
 * @param address - `host:port`
 * @throws when there is no whole answer in time
 */
export async function getJson(
  address: string,
  path: string,
  { timeoutMs }: { readonly timeoutMs: number },
): Promise<JsonAnswer> {
  const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(address) ?? [];
  const chunks: Buffer[] = [];
  const { promise: closed, resolve, reject } = Promise.withResolvers<void>();
  // A connection that fails to open is told twice: here, and by connectTcp.
  closed.catch(() => {});
  const connection = await connectTcp(host, Number(port), {
    onData: (chunk) => void chunks.push(Buffer.from(chunk)),
    onClosed: (cause) => (cause === null ? resolve() : reject(cause)),
  });
  const timer = setTimeout(() => connection.destroy(), timeoutMs);
  const head = `GET ${path} HTTP/1.1\r\nHost: ${address}\r\nConnection: close\r\n\r\n`;
  connection.write(Buffer.from(head, 'latin1'));
  await closed.finally(() => clearTimeout(timer));
  return parseAnswer(Buffer.concat(chunks).toString());
}

/** Answers of our own servers have a length, and end with their connection. */
function parseAnswer(text: string): JsonAnswer {
  const [, status, body = ''] = /^HTTP\/1\.1 (\d{3}) .*?\r\n\r\n(.*)$/s.exec(text) ?? [];
  if (status === undefined) throw new Error('The connection ended before its answer.');
  return { status: Number(status), body: JSON.parse(body) };
}
