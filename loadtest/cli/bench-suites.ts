import { ANALYTICS_COMMAND } from '../bench/analytics/options.ts';
import { runAnalyticsSuite } from '../bench/analytics/suite.ts';
import { judgeAutoscale } from '../bench/autoscale/bounds.ts';
import { AUTOSCALE_COMMAND } from '../bench/autoscale/options.ts';
import { runAutoscaleSuite } from '../bench/autoscale/suite.ts';
import { judgeFigures as judgeBadLink } from '../bench/badlink/bounds.ts';
import { BADLINK_COMMAND } from '../bench/badlink/options.ts';
import { runBadLinkSuite } from '../bench/badlink/suite.ts';
import { BIG_ROOM_COMMAND } from '../bench/big-room/options.ts';
import { runBigRoomSuite } from '../bench/big-room/suite.ts';
import { BURST_COMMAND } from '../bench/burst/options.ts';
import { runBurstSuite } from '../bench/burst/suite.ts';
import { FAILOVER_COMMAND } from '../bench/failover/options.ts';
import { runFailoverSuite } from '../bench/failover/suite.ts';
import { JOINS_COMMAND } from '../bench/joins/options.ts';
import { runJoinsSuite } from '../bench/joins/suite.ts';
import { LINKS_COMMAND } from '../bench/links/options.ts';
import { runLinksSuite } from '../bench/links/suite.ts';
import { MATCHMAKING_COMMAND } from '../bench/matchmaking/options.ts';
import { runMatchmakingSuite } from '../bench/matchmaking/suite.ts';
import { judgeFigures, judgementLines } from '../bench/profiles/bounds.ts';
import { PROFILES_COMMAND } from '../bench/profiles/options.ts';
import { runProfilesSuite } from '../bench/profiles/suite.ts';
import { REGIONS_COMMAND } from '../bench/regions/options.ts';
import { runRegionsSuite } from '../bench/regions/suite.ts';
import { ROOMS_COMMAND } from '../bench/rooms/options.ts';
import { runRoomsSuite } from '../bench/rooms/suite.ts';
import { autoscalePage } from '../report/autoscale-page.ts';
import { badLinkPage } from '../report/badlink-page.ts';
import { failoverPage } from '../report/failover-page.ts';
import { matchmakingPage } from '../report/matchmaking-page.ts';
import type { Report } from '../report/report.ts';
import { roomsPage } from '../report/rooms-page.ts';
import { figureLines, PROJECT_ROOT, runReportCommand } from './report-command.ts';
import { runSoakBench } from './soak-command.ts';

/** The suites of `npm run bench`; each returns its exit code. */
export const BENCH_SUITES: Readonly<Record<string, (argv: readonly string[]) => Promise<number>>> =
  {
    rooms: (argv) =>
      runReportCommand(ROOMS_COMMAND, argv, async (options, tell) => {
        const result = await runRoomsSuite(PROJECT_ROOT, options, tell);
        const { report, table: summary } = result;
        return { report, summary, page: roomsPage(result), hasFailed: tellsOfFailures(report) };
      }),
    'big-room': (argv) =>
      runReportCommand(BIG_ROOM_COMMAND, argv, async (options, tell) => {
        const report = await runBigRoomSuite(PROJECT_ROOT, options, tell);
        const hasFailed = tellsOfFailures(report) || (report.figures['decode_errors'] ?? 0) > 0;
        return { report, summary: figureLines(report), hasFailed };
      }),
    badlink: (argv) =>
      runReportCommand(BADLINK_COMMAND, argv, async (options, tell) => {
        const result = await runBadLinkSuite(PROJECT_ROOT, options, tell);
        const { report, tables } = result;
        const judged = judgeBadLink(report.figures);
        const summary = `${tables}\n\n${judgementLines(judged)}`;
        const hasFailed = tellsOfFailures(report) || judged.some(({ isKept }) => !isKept);
        return { report, summary, page: badLinkPage(result), hasFailed };
      }),
    failover: (argv) =>
      runReportCommand(FAILOVER_COMMAND, argv, async (options, tell) => {
        const result = await runFailoverSuite(PROJECT_ROOT, options, tell);
        const { report } = result;
        const hasFailed = Object.entries(report.figures).some(
          ([name, value]) => name.endsWith('broken_invariants') && value > 0,
        );
        return { report, summary: figureLines(report), page: failoverPage(result), hasFailed };
      }),
    joins: (argv) =>
      runReportCommand(JOINS_COMMAND, argv, async (options, tell) => {
        const { report, table } = await runJoinsSuite(PROJECT_ROOT, options, tell);
        const summary = `${table}\n\n${figureLines(report)}`;
        return { report, summary, hasFailed: tellsOfFailures(report) };
      }),
    matchmaking: (argv) =>
      runReportCommand(MATCHMAKING_COMMAND, argv, async (options, tell) => {
        const result = await runMatchmakingSuite(PROJECT_ROOT, options, tell);
        const { report, tables } = result;
        const summary = `${tables}\n\n${figureLines(report)}`;
        return { report, summary, page: matchmakingPage(result), hasFailed: false };
      }),
    analytics: (argv) =>
      runReportCommand(ANALYTICS_COMMAND, argv, async (_options, tell) => {
        const report = runAnalyticsSuite(PROJECT_ROOT, tell);
        return { report, summary: figureLines(report), hasFailed: false };
      }),
    links: (argv) =>
      runReportCommand(LINKS_COMMAND, argv, async (_options, tell) => {
        const report = await runLinksSuite(PROJECT_ROOT, tell);
        return { report, summary: figureLines(report), hasFailed: false };
      }),
    profiles: (argv) =>
      runReportCommand(PROFILES_COMMAND, argv, async (options, tell) => {
        const report = await runProfilesSuite(PROJECT_ROOT, options, tell);
        const judged = judgeFigures(report.figures);
        const hasFailed = judged.some(({ isKept }) => !isKept);
        return { report, summary: judgementLines(judged), hasFailed };
      }),
    regions: (argv) =>
      runReportCommand(REGIONS_COMMAND, argv, async (options, tell) => {
        const report = await runRegionsSuite(PROJECT_ROOT, options, tell);
        return { report, summary: figureLines(report), hasFailed: tellsOfFailures(report) };
      }),
    burst: (argv) =>
      runReportCommand(BURST_COMMAND, argv, async (options, tell) => {
        const report = await runBurstSuite(PROJECT_ROOT, options, tell);
        return { report, summary: figureLines(report), hasFailed: tellsOfFailures(report) };
      }),
    autoscale: (argv) =>
      runReportCommand(AUTOSCALE_COMMAND, argv, async (options, tell) => {
        const result = runAutoscaleSuite(PROJECT_ROOT, options, tell);
        const judged = judgeAutoscale(result.report.figures);
        return {
          report: result.report,
          summary: judgementLines(judged.filter(({ bound }) => bound !== null)),
          page: autoscalePage(result),
          hasFailed: judged.some(({ isKept }) => !isKept),
        };
      }),
    soak: runSoakBench,
  };

function tellsOfFailures({ notes }: Report): boolean {
  return notes.some((note) => note.includes('failed'));
}
