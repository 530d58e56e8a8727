import { AuthorizationResponseError, ClientError, ResponseBodyError } from 'openid-client';
import { GameError } from '../../errors/game-error.ts';

/** What a provider answers when it is this server that it does not know: nobody's sign-in is wrong. */
const OUR_FAULT: ReadonlySet<string> = new Set([
  'invalid_client',
  'unauthorized_client',
  'unsupported_grant_type',
]);
/** Codes of openid-client that are no answer to the sign-in: nobody there, or a page of an outage. */
const NO_ANSWER: ReadonlySet<string> = new Set([
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_PARSE_ERROR',
]);
/** An error code of OAuth, which may be shown: it is one of a few words, but the provider says it. */
const REASON = /^[a-z_]{1,64}$/;

/** Whether a sign-in was refused, or could not be decided. The cause may hold tokens: it is for nobody's eyes but a debugger's. */
export function providerFailure(error: unknown, provider: string): GameError {
  if (error instanceof GameError) return error;
  if (error instanceof AuthorizationResponseError) return refused(provider, error.error);
  if (error instanceof ResponseBodyError) {
    if (OUR_FAULT.has(error.error) || error.status >= 500)
      return unavailable(provider, error.error);
    return refused(provider, error.error);
  }
  const code = error instanceof ClientError ? error.code : undefined;
  if (code !== undefined && !NO_ANSWER.has(code)) return refused(provider, 'not_confirmed');
  return unavailable(provider, code ?? 'no_answer');
}

export function refused(provider: string, reason: string): GameError {
  return new GameError('PROVIDER_REFUSED', { provider, reason: shown(reason) });
}

/**
 * @param reason - for the log; players learn that it does not answer
 * @param raised - told to the log as well: nothing that holds a token
 */
export function unavailable(provider: string, reason: string, raised?: unknown): GameError {
  const cause = new Error(`${provider}: ${shown(reason)}`, { cause: raised });
  return new GameError('PROVIDER_UNAVAILABLE', { provider }, { cause, retryAfterMs: 1_000 });
}

function shown(reason: string): string {
  return REASON.test(reason) ? reason : 'other';
}
