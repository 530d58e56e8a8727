import { isAtLeast, type OperatorRole, roleToApprove } from '../../../protocol/admin.ts';
import type { Incident, IncidentsView } from '../../../protocol/incidents.ts';
import { fetchFrom } from '../api.ts';
import type { ConsoleContext, ConsolePage, OpenPage } from '../console-page.ts';
import { html } from '../dom.ts';
import { IncidentList } from '../incident-list.ts';
import { Asking, Problem, pageHead } from '../parts.ts';

const LOOK_EVERY_MS = 2_000;
const ANSWERING: OperatorRole = 'operator';

/** What alerts have made of themselves, and what waits for an operator's word. */
export const incidentsPage: ConsolePage = {
  ...{ id: 'incidents', title: 'Incidents', key: 'i' },
  open: openIncidents,
};

function openIncidents({ session }: ConsoleContext): OpenPage {
  const problem = new Problem();
  const answer = async ({ incidentId }: Incident, isApproved: boolean) => {
    const word = isApproved ? 'approve' : 'deny';
    try {
      await fetchFrom(`incidents/${encodeURIComponent(incidentId)}/${word}`, {});
    } catch (error) {
      problem.show((error as Error).message);
    }
    asking.again();
  };
  const mayApprove = ({ action }: Incident) => isAtLeast(session.role, roleToApprove(action));
  const list = new IncidentList(isAtLeast(session.role, ANSWERING) ? { mayApprove, answer } : null);
  const asking = new Asking(LOOK_EVERY_MS, async () => {
    try {
      list.update((await fetchFrom('incidents')) as IncidentsView);
      problem.show(null);
    } catch (error) {
      problem.show((error as Error).message);
    }
  });
  asking.again();
  const about = 'What the incident bot did, and what waits for approval.';
  return {
    root: html(
      'div',
      { class: 'plain-page' },
      pageHead('Incidents', about),
      problem.root,
      list.root,
    ),
    close: () => asking.stop(),
  };
}
