import type { ConsolePage } from './console-page.ts';
import type { EventLog } from './event-log.ts';
import { auditPage } from './pages/audit-page.ts';
import { incidentsPage } from './pages/incidents-page.ts';
import { nodesPage } from './pages/nodes-page.ts';
import { playersPage } from './pages/players-page.ts';
import { queuePage } from './pages/queue-page.ts';
import { regionsPage } from './pages/regions-page.ts';
import { roomsPage } from './pages/rooms-page.ts';
import { tracesPage } from './pages/traces-page.ts';
import { worldPage } from './pages/world-page.ts';

/** The pages, in the order of the navigation. A page of another part takes the place of its empty one. */
export function consolePages(log: EventLog): readonly ConsolePage[] {
  return [
    ...[worldPage(log), regionsPage, nodesPage, roomsPage, queuePage, playersPage],
    incidentsPage,
    tracesPage,
    auditPage,
  ];
}
