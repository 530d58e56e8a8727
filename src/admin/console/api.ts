import {
  ACTION_HEADER,
  ACTIONS_PATH,
  type ActionResult,
  type OperatorAction,
  WORLD_PATH,
  type WorldView,
} from '../../protocol/admin.ts';
import type { ErrorBody } from '../../protocol/rest.ts';

const PATIENCE_MS = 5_000;
/** A drain moves rooms, a start waits for a process. */
const ACTION_PATIENCE_MS = 90_000;

/** @throws {Error} when the server does not answer in time, or refuses */
export async function fetchWorld(): Promise<WorldView> {
  const response = await fetch(WORLD_PATH, { signal: AbortSignal.timeout(PATIENCE_MS) });
  if (!response.ok) throw new Error(await refusalOf(response));
  return (await response.json()) as WorldView;
}

/** @throws {Error} with the reason for people, when it is refused */
export async function act(action: OperatorAction): Promise<ActionResult> {
  const response = await fetch(ACTIONS_PATH, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [ACTION_HEADER]: '1' },
    body: JSON.stringify(action),
    signal: AbortSignal.timeout(ACTION_PATIENCE_MS),
  });
  if (!response.ok) throw new Error(await refusalOf(response));
  return (await response.json()) as ActionResult;
}

async function refusalOf(response: Response): Promise<string> {
  try {
    const { error } = (await response.json()) as ErrorBody;
    return String(error.details?.['reason'] ?? error.message);
  } catch {
    // No JSON: the password is wrong, or something stands in between.
    return `the server answered ${response.status}`;
  }
}
