// A socket on which a server tells a player what has changed, and hears one frame: who he is.
//
//   open ──hello { accessToken }──▶ greeted: pushes, until either side closes
//     │                            └── he is not welcome any more: an error frame, closed with 4401 or 4423
//     └── no hello in five seconds, or a frame that is none: closed with 4400 · a token that is none: an error frame, closed with 4403

import type { RawData, WebSocket } from 'ws';
import { z } from 'zod';
import type { ErrorCode } from '../../errors/errors.ts';
import { GameError } from '../../errors/game-error.ts';
import { CloseCode } from '../../protocol/close-codes.ts';
import { parseJson } from '../../shared/parse-json.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { closeSocket } from './close-socket.ts';

/** One player's open push socket. */
export interface PushSocket {
  /** Sends a frame of JSON; nothing once the socket is closed. */
  push(frame: unknown): void;
  /** Called at once for one that is closed: who greets it has asked others meanwhile. */
  onClose(listener: () => void): void;
  /** Says why, and closes: with 4401 after `TOKEN_REVOKED`, with 4423 after `PLAYER_BANNED`, else with 4403. */
  turnAway(refusal: GameError): void;
}

/** Knows who says hello, and takes the socket; throws a `GameError` for the client. */
export type GreetPushSocket = (accessToken: string, socket: PushSocket) => Promise<void>;

const HELLO_WITHIN_MS = 5_000;
/** A token is below two KiB. */
const HELLO_BYTES = 2_560;
const CLOSE_GRACE_MS = 1_000;
/** A client that does not read: it has missed what it was for, and comes back to the whole truth. */
const BACKLOG_BYTES = 256 * 1_024;

const TURNED_AWAY: Partial<Record<ErrorCode, CloseCode>> = {
  TOKEN_REVOKED: CloseCode.SIGNED_OUT,
  PLAYER_BANNED: CloseCode.BANNED,
};

const Hello = z.strictObject({ accessToken: z.string().min(1).max(2_048) });

/** Waits for the hello on `ws`, then hands it to `greet`. */
export function servePushSocket(
  ws: WebSocket,
  { greet, log }: { readonly greet: GreetPushSocket; readonly log: Logger },
): void {
  const late = setTimeout(
    () => closeSocket(ws, CloseCode.BAD_FRAME, 'Say hello first.', CLOSE_GRACE_MS),
    HELLO_WITHIN_MS,
  );
  ws.once('close', () => clearTimeout(late));
  ws.once('message', (data, isBinary) => {
    clearTimeout(late);
    ws.on('message', () =>
      closeSocket(ws, CloseCode.BAD_FRAME, 'One hello is enough.', CLOSE_GRACE_MS),
    );
    const hello = isBinary ? null : readHello(data);
    if (hello === null) {
      closeSocket(ws, CloseCode.BAD_FRAME, 'Say hello with { accessToken }.', CLOSE_GRACE_MS);
      return;
    }
    greet(hello.accessToken, pushSocket(ws)).catch((cause: unknown) => {
      const error = cause instanceof GameError ? cause : new GameError('INTERNAL', {}, { cause });
      if (error !== cause) log.error({ err: cause }, 'a push socket could not be greeted');
      refuse(ws, error, CloseCode.NOT_ADMITTED);
    });
  });
}

function pushSocket(ws: WebSocket): PushSocket {
  return {
    push: (frame) => {
      if (ws.readyState !== ws.OPEN) return;
      if (ws.bufferedAmount > BACKLOG_BYTES) {
        closeSocket(ws, CloseCode.TOO_SLOW, 'You do not read.', CLOSE_GRACE_MS);
        return;
      }
      ws.send(JSON.stringify(frame));
    },
    onClose: (listener) => {
      if (ws.readyState === ws.CLOSED) listener();
      else ws.once('close', listener);
    },
    turnAway: (refusal) => refuse(ws, refusal, TURNED_AWAY[refusal.code] ?? CloseCode.NOT_ADMITTED),
  };
}

function refuse(ws: WebSocket, error: GameError, code: CloseCode): void {
  if (ws.readyState !== ws.OPEN) return;
  ws.send(JSON.stringify(error.toBody()));
  closeSocket(ws, code, error.message, CLOSE_GRACE_MS);
}

/** @returns null for what is no hello */
function readHello(data: RawData): z.infer<typeof Hello> | null {
  // Text arrives as one Buffer: ws makes others for binary frames only.
  if (!Buffer.isBuffer(data) || data.byteLength > HELLO_BYTES) return null;
  return parseJson(Hello, data.toString());
}
