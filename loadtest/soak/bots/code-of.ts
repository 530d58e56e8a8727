import { MeridianError } from '@meridian/client';
import { RefusedError } from '../../bots/seat.ts';

/** A short, bounded name of what went wrong. */
export function codeOf(error: unknown): string {
  if (error instanceof RefusedError || error instanceof MeridianError) return error.code;
  const cause = (error as { readonly cause?: { readonly code?: unknown } }).cause?.code;
  if (typeof cause === 'string') return cause;
  return /^[a-z ]+/i.exec((error as Error).message)?.[0].trim() ?? 'FAILED';
}
