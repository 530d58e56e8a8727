import type { LogLine, LogQuery } from '../protocol/telemetry.ts';

/** Whether a line is wanted; its text is looked at by whoever has it (log-book.ts). */
export function matchesQuery(line: LogLine, query: LogQuery): boolean {
  const { level, node, region, room, traceId } = query;
  if (level !== undefined && line.level < level) return false;
  if (node !== undefined && line.node !== node) return false;
  if (region !== undefined && line.region !== region) return false;
  if (traceId !== undefined && line['traceId'] !== traceId) return false;
  return room === undefined || line['room'] === room || line['roomId'] === room;
}
