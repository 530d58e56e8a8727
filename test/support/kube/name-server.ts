import { createSocket } from 'node:dgram';
import { once } from 'node:events';

// DNS (RFC 1035) as far as a cluster's clients ask: addresses of names.

const TYPE_A = 1;
const NO_SUCH_NAME = 3;
const HEADER_BYTES = 12;
/** What clients keep no longer than kube-dns says. */
const TTL_S = 1;

/**
 * Answers on UDP.
 *
 * @param addressesOf - null: there is no such name
 * @param at - port 53 of all addresses unless something else is said
 */
export async function serveNames(
  addressesOf: (name: string) => readonly string[] | null,
  at: { readonly port: number; readonly address?: string } = { port: 53 },
): Promise<Disposable> {
  const socket = createSocket('udp4');
  socket.on('message', (query, { address, port }) => {
    const question = questionOf(query);
    if (question === null) return;
    const { name, type, endByte } = question;
    const addresses = addressesOf(name);
    const records = type === TYPE_A ? (addresses ?? []) : [];
    const header = Buffer.alloc(HEADER_BYTES);
    query.copy(header, 0, 0, 2);
    // A response, recursion available, and the code.
    header.writeUInt16BE(0x8180 | (addresses === null ? NO_SUCH_NAME : 0), 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(records.length, 6);
    const answer = Buffer.concat([
      header,
      query.subarray(HEADER_BYTES, endByte),
      ...records.map(recordOf),
    ]);
    socket.send(answer, port, address);
  });
  socket.bind(at);
  await once(socket, 'listening');
  return { [Symbol.dispose]: () => socket.close() };
}

/** @returns null when it is none */
function questionOf(query: Buffer) {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const endByte = at + 5;
  if (labels.length === 0 || query.length < endByte) return null;
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), endByte };
}

/** The name by reference to the question; A, IN, how long it holds, four bytes. */
function recordOf(address: string): Buffer {
  const head = [0xc0, HEADER_BYTES, 0, TYPE_A, 0, 1, 0, 0, 0, TTL_S, 0, 4];
  return Buffer.from([...head, ...address.split('.').map(Number)]);
}
