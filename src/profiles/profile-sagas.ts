import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { ProfileStorage } from './profile-store.ts';
import type { ProfileWriter } from './profile-writer.ts';

/** What work of several writes is made of. */
export interface SagaDeps {
  readonly storage: ProfileStorage;
  readonly writer: ProfileWriter;
  readonly clock: Clock;
  /** Makes tokens that nobody guesses or makes twice. */
  readonly newToken: () => string;
  readonly log: Logger;
}
