import { ClientFrame } from '../../../bots/client-frame.ts';
import { Opcode } from '../../../bots/frame-parser.ts';
import { BotSocket } from '../../../bots/web-socket.ts';
import { FIRST_SEQ, type Join, STEERING } from './player.ts';
import type { Probe } from './probe.ts';

// Engine.IO 4 and Socket.IO 5 packet types, as the first characters of a text frame.
const OPEN = '0';
const PING = '2';
const PONG = '3';
const CONNECT = '40';
const EVENT = '42';

const SEQ_DIGITS = 5;
/** `}]` after the number. */
const AFTER_SEQ = 2;

interface Snapshot {
  readonly players: readonly { readonly id: string; readonly seq: number }[];
}

/** Speaks just enough Socket.IO to play. */
export const joinSocketio: Join = async (_index, setup, probe) => {
  const player = new SocketioPlayer(probe);
  const socket = await BotSocket.open(
    { host: setup.host, port: setup.port, path: '/socket.io/?EIO=4&transport=websocket' },
    {
      onMessage: (payload) => player.receive(payload),
      onClosed: (code) => player.lost(code),
    },
  );
  player.attach(socket);
  await player.welcomed;

  const text = `${EVENT}${JSON.stringify(['i', { ...STEERING, seq: FIRST_SEQ }])}`;
  const message = Buffer.from(text);
  const input = new ClientFrame(message, Opcode.TEXT);
  const seqOffset = message.length - AFTER_SEQ - SEQ_DIGITS;
  if (text.slice(seqOffset, -AFTER_SEQ) !== String(FIRST_SEQ)) {
    throw new Error('The input ends elsewhere.');
  }
  return {
    socket,
    input,
    setSeq: (seq) => input.setDecimal(seqOffset, seq, SEQ_DIGITS),
    patches: () => player.snapshots,
    probe,
  };
};

class SocketioPlayer {
  snapshots = 0;
  readonly welcomed: Promise<void>;
  readonly #welcome = Promise.withResolvers<void>();
  readonly #probe: Probe | null;
  #socket: BotSocket | null = null;
  #id = '';
  #opensWhenAttached = false;

  constructor(probe: Probe | null) {
    this.#probe = probe;
    this.welcomed = this.#welcome.promise;
  }

  attach(socket: BotSocket): void {
    this.#socket = socket;
    if (this.#opensWhenAttached) this.#sendText(CONNECT);
  }

  lost(code: number): void {
    this.#welcome.reject(new Error(`closed with ${code} before the welcome`));
  }

  receive(payload: Uint8Array): void {
    const type = String.fromCharCode(payload[0] as number);
    if (type === PING) this.#sendText(PONG);
    else if (type === OPEN) {
      if (this.#socket === null) this.#opensWhenAttached = true;
      else this.#sendText(CONNECT);
    } else if (type === EVENT[0] && payload[1] === EVENT.charCodeAt(1)) this.#receiveEvent(payload);
  }

  /** `42["w",id]` or `42["s",{…}]`: the name's letter is the fifth character. */
  #receiveEvent(payload: Uint8Array): void {
    if (payload[4] === 'w'.charCodeAt(0)) {
      this.#id = (parseEvent(payload) as [string, string])[1];
      this.#welcome.resolve();
      return;
    }
    this.snapshots++;
    if (this.#probe === null) return;
    const [, { players }] = parseEvent(payload) as [string, Snapshot];
    const own = players.find(({ id }) => id === this.#id);
    if (own === undefined) this.#probe.faults++;
    else this.#probe.seen(own.seq, players.length);
  }

  #sendText(text: string): void {
    this.#socket?.send(Buffer.from(text), Opcode.TEXT);
  }
}

function parseEvent(payload: Uint8Array): unknown {
  const json = Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString('utf8', 2);
  return JSON.parse(json);
}
