import { ErrorCode as ColyseusErrorCode, MatchMakeError, ServerError } from '@colyseus/sdk';
import { describe, expect, test } from 'vitest';
import { ERRORS } from '../../src/errors/errors.ts';
import { GameError } from '../../src/errors/game-error.ts';
import { CloseCode } from '../../src/protocol/index.ts';
import { errorFromCode, errorFromJoin, errorFromReply } from './error-mapping.ts';
import { MeridianError, SERVER_ERROR_CODES } from './meridian-error.ts';

test('knows exactly the codes of the server', () => {
  expect([...SERVER_ERROR_CODES].sort()).toEqual(Object.keys(ERRORS).sort());
});

describe('replies', () => {
  test('carry over what the server said', () => {
    const sent = new GameError('RATE_LIMITED', { perMinute: 120 }, { retryAfterMs: 700 });
    expect(errorFromReply(429, sent.toBody())).toMatchObject({
      code: 'RATE_LIMITED',
      retryable: true,
      retryAfterMs: 700,
      details: { perMinute: 120 },
      message: sent.message,
    });
  });

  test.each([
    { status: 520, code: 'ROOM_UNKNOWN', retryable: false },
    { status: 521, code: 'ROOM_UNKNOWN', retryable: true },
    { status: 522, code: 'ROOM_UNKNOWN', retryable: false },
    { status: 523, code: 'INTERNAL', retryable: true },
    { status: 524, code: 'SEAT_EXPIRED', retryable: true },
    { status: 525, code: 'TOKEN_INVALID', retryable: false },
    { status: 526, code: 'FORBIDDEN', retryable: false },
    { status: 4217, code: 'BAD_REQUEST', retryable: false },
  ])('of Colyseus, $status, are $code', ({ status, code, retryable }) => {
    const error = errorFromReply(status, { code: status, error: 'said Colyseus' });
    expect(error).toMatchObject({ code, retryable, message: 'said Colyseus' });
  });

  test('every code of Colyseus has a meaning', () => {
    for (const code of Object.values(ColyseusErrorCode)) {
      expect(errorFromCode(code).details).toEqual({ code });
    }
  });

  test('our codes survive in the body of Colyseus', () => {
    expect(errorFromReply(500, { code: 'TOKEN_EXPIRED', error: 'x' }).code).toBe('TOKEN_EXPIRED');
  });

  test.each([
    { status: 404, code: 'NOT_FOUND' },
    { status: 429, code: 'RATE_LIMITED' },
    { status: 502, code: 'INTERNAL' },
    { status: 503, code: 'SHUTTING_DOWN' },
  ])('that are no JSON, $status, are $code', ({ status, code }) => {
    expect(errorFromReply(status, undefined)).toMatchObject({ code });
  });
});

describe('joins', () => {
  test('pass our own errors through', () => {
    const error = new MeridianError({ code: 'TIMEOUT', message: 'm', retryable: true });
    expect(errorFromJoin(error)).toBe(error);
  });

  test.each([
    { cause: new ServerError(524, 'seat reservation expired.'), code: 'SEAT_EXPIRED' },
    { cause: new MatchMakeError('no', 525), code: 'TOKEN_INVALID' },
    { cause: new ServerError(CloseCode.NOT_ADMITTED, ''), code: 'FORBIDDEN' },
    { cause: new ServerError(CloseCode.RATE_LIMITED, ''), code: 'RATE_LIMITED' },
    { cause: new ServerError(1006, ''), code: 'NETWORK' },
    { cause: new Error('socket hang up'), code: 'NETWORK' },
  ])('$cause: $code', ({ cause, code }) => {
    expect(errorFromJoin(cause)).toMatchObject({ code, cause });
  });
});

test('every close code of the protocol has a reason of its own', () => {
  const reasons = Object.values(CloseCode).map((code) => errorFromCode(code).message);
  expect(new Set(reasons).size).toBe(Object.keys(CloseCode).length);
  expect(errorFromCode(CloseCode.TOO_SLOW, 'backlog of 4 MiB').message).toBe('backlog of 4 MiB');
});
