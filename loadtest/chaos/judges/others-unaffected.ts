import { CloseCode } from '../../../src/protocol/index.ts';
import type { Evidence } from '../evidence/evidence.ts';
import { PROMISES } from './promises.ts';

/** [CH-8] Players of rooms that a failure does not concern notice nothing. */
export function judgeOthersUnaffected(evidence: Evidence): string[] {
  const pids = new Set(evidence.faults.flatMap((fault) => fault.pids));
  const roomIds = new Set(evidence.faults.flatMap((fault) => fault.roomIds));
  const others = evidence.stays.filter(({ pid, roomId }) => !pids.has(pid) && !roomIds.has(roomId));
  const dropped = others
    .filter(({ end }) => end !== null && end.code !== CloseCode.CONSENTED)
    .map(
      ({ bot, roomId, pid, end }) =>
        `bot ${bot} in ${roomId} on healthy process ${pid} was dropped: ${end?.code} ${end?.reason}`,
    );
  const silent = others
    .filter(({ longestSilenceMs }) => longestSilenceMs > PROMISES.silenceMs)
    .map(
      ({ bot, roomId, pid, longestSilenceMs }) =>
        `bot ${bot} in ${roomId} on healthy process ${pid} heard nothing for ${longestSilenceMs.toFixed(0)} ms`,
    );
  return [...dropped, ...silent];
}
