import {
  ACTION_HEADER,
  ACTIONS_PATH,
  type ActionResult,
  type OperatorAction,
  WORLD_PATH,
  type WorldView,
} from '../../protocol/admin.ts';
import {
  type AnswerTo,
  type OperatorQuestion,
  QUESTIONS_PATH,
} from '../../protocol/operator-questions.ts';
import {
  type OperatorSession,
  type OperatorSignIn,
  SESSION_PATH,
} from '../../protocol/operator-session.ts';
import type { ErrorBody } from '../../protocol/rest.ts';

const PATIENCE_MS = 6_000;
/** A drain moves rooms, a start waits for a process. */
const ACTION_PATIENCE_MS = 90_000;

/** The sign-in is over: whoever hears of it shows the door. */
export class SignedOutError extends Error {
  override readonly name = 'SignedOutError';
}

/** @throws {Error} when the server does not answer in time, or refuses; {SignedOutError} */
export async function fetchWorld(): Promise<WorldView> {
  return (await call('GET', WORLD_PATH)) as WorldView;
}

/** @throws {Error} with the reason for people, when nobody can tell; {SignedOutError} */
export async function ask<Question extends OperatorQuestion>(
  question: Question,
): Promise<AnswerTo<Question>> {
  return (await call('POST', QUESTIONS_PATH, question)) as AnswerTo<Question>;
}

/** @throws {Error} with the reason for people, when it is refused; {SignedOutError} */
export async function act(action: OperatorAction): Promise<ActionResult> {
  return (await call('POST', ACTIONS_PATH, action, ACTION_PATIENCE_MS)) as ActionResult;
}

/** For pages of other parts: what their module answers below `/admin/v1/`. @throws as `ask` */
export async function fetchFrom(path: string, body?: object): Promise<unknown> {
  return await call(body === undefined ? 'GET' : 'POST', `/admin/v1/${path}`, body);
}

/** @throws {SignedOutError} */
export async function fetchSession(): Promise<OperatorSession> {
  return (await call('GET', SESSION_PATH)) as OperatorSession;
}

/** @throws {Error} with the reason for people */
export async function signIn(credentials: OperatorSignIn): Promise<OperatorSession> {
  return (await call('POST', SESSION_PATH, credentials)) as OperatorSession;
}

export async function signOut(): Promise<void> {
  await call('DELETE', SESSION_PATH);
}

async function call(
  method: string,
  path: string,
  body?: object,
  patienceMs = PATIENCE_MS,
): Promise<unknown> {
  const response = await fetch(path, {
    method,
    headers: {
      [ACTION_HEADER]: '1',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(patienceMs),
  });
  if (!response.ok) {
    const refusal = await refusalOf(response);
    throw response.status === 401 && method !== 'POST'
      ? new SignedOutError(refusal)
      : new Error(refusal);
  }
  return response.status === 204 ? null : await response.json();
}

async function refusalOf(response: Response): Promise<string> {
  try {
    const { error } = (await response.json()) as ErrorBody;
    return String(error.details?.['reason'] ?? error.message);
  } catch {
    // No JSON: something stands in between.
    return `the server answered ${response.status}`;
  }
}
