import type { ErrorBody } from '../protocol/rest.ts';
import { ERRORS, type ErrorCode, type ErrorDetails, type ErrorSpec } from './errors.ts';

export interface GameErrorOptions extends ErrorOptions {
  /** Text for people; defaults to the table's. */
  readonly message?: string;
  /** Wait before a retry makes sense, in ms. */
  readonly retryAfterMs?: number;
}

/** The one error class of Meridian: a code from the table, details that are safe to show, a cause that is not. */
export class GameError extends Error {
  override readonly name = 'GameError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, details: ErrorDetails = {}, options: GameErrorOptions = {}) {
    super(
      options.message ?? ERRORS[code].message,
      options.cause === undefined ? {} : { cause: options.cause },
    );
    this.code = code;
    this.details = details;
    this.retryAfterMs = options.retryAfterMs;
  }

  get spec(): ErrorSpec {
    return ERRORS[this.code];
  }

  /**
   * Whether something of ours has failed: its cause belongs into a log. Who is refused for want of room is told so on purpose, and so are
   * thousands when there are thousands.
   */
  get isFailure(): boolean {
    return this.spec.http >= 500 && this.spec.grpc !== 'RESOURCE_EXHAUSTED';
  }

  /** `Retry-After` of HTTP replies (RFC 9110 §10.2.3), s; undefined: no such header. */
  get retryAfterS(): number | undefined {
    return this.retryAfterMs === undefined ? undefined : Math.ceil(this.retryAfterMs / 1_000);
  }

  /** The body every REST and matchmaking reply carries for this failure. */
  toBody(): ErrorBody {
    return {
      error: {
        code: this.code,
        message: this.message,
        retryable: this.spec.retryable,
        ...(this.retryAfterMs === undefined ? {} : { retryAfterMs: this.retryAfterMs }),
        ...(Object.keys(this.details).length === 0 ? {} : { details: this.details }),
      },
    };
  }
}
