import type { MeridianConfig } from '../config/config.ts';
import { LogBook } from '../telemetry/log-book.ts';
import { createLogger, type Logger, type LogTeller } from '../telemetry/logger.ts';

/** The log of a process, and its newest lines. */
export interface NodeLog {
  readonly log: Logger;
  /** Null: none are kept. */
  readonly book: LogBook | null;
  /** From here on lines say which node writes them. */
  belongsTo(nodeId: string): void;
}

export function openNodeLog({
  process,
  region,
}: Pick<MeridianConfig, 'process' | 'region'>): NodeLog {
  const book = process.keptLogBytes === 0 ? null : new LogBook(process.keptLogBytes);
  const teller: LogTeller = { node: '', region: region.id, service: process.services.join(',') };
  return {
    log: createLogger({ level: process.logLevel, teller, book }),
    book,
    belongsTo: (nodeId) => {
      teller.node = nodeId;
    },
  };
}
