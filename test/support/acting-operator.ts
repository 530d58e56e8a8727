import { hashOperatorPassword } from '../../src/admin/operator-password.ts';
import {
  ACTION_HEADER,
  ACTIONS_PATH,
  OPERATOR_ROLES,
  type OperatorAction,
  type OperatorRole,
} from '../../src/protocol/admin.ts';
import type { Incident, IncidentsView } from '../../src/protocol/incidents.ts';
import type { MeridianProcess } from './start-meridian.ts';

const nameOf = (role: OperatorRole) => `${role}-ada`;
const passwordOf = (role: OperatorRole) => `the ${role} of this region`;

/** One of each role, `<role>-ada`, for `MERIDIAN_ADMIN_OPERATORS` of nodes. */
export async function oneOperatorOfEachRole(): Promise<string> {
  return JSON.stringify(
    await Promise.all(
      OPERATOR_ROLES.map(async (role) => ({
        ...{ name: nameOf(role), role },
        passwordHash: await hashOperatorPassword(passwordOf(role)),
      })),
    ),
  );
}

/** What an operator asks of a node's admin port, as scripts do. */
export class ActingOperator {
  readonly #node: MeridianProcess;
  readonly #role: OperatorRole;

  constructor(node: MeridianProcess, role: OperatorRole) {
    this.#node = node;
    this.#role = role;
  }

  async act(action: OperatorAction): Promise<number> {
    return (await this.#ask('POST', ACTIONS_PATH, action)).status;
  }

  async incidents(): Promise<readonly Incident[]> {
    const response = await this.#ask('GET', '/admin/v1/incidents');
    return ((await response.json()) as IncidentsView).incidents;
  }

  async answer({ incidentId }: Incident, word: 'approve' | 'deny'): Promise<number> {
    return (await this.#ask('POST', `/admin/v1/incidents/${incidentId}/${word}`)).status;
  }

  async #ask(method: string, path: string, body?: object): Promise<Response> {
    const who = `${nameOf(this.#role)}:${passwordOf(this.#role)}`;
    return await fetch(`http://127.0.0.1:${this.#node.adminPort}${path}`, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(who).toString('base64')}`,
        'content-type': 'application/json',
        [ACTION_HEADER]: '1',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
}
