import type { ProfileBody, SessionTokens } from '../../../src/protocol/rest.ts';
import type { MeridianProcess } from '../start-meridian.ts';
import { complaintAbout, type Operation } from './openapi-operations.ts';
import { exchange, type RawReply, type RawRequest } from './raw-http.ts';
import { type DrawnRequest, requestOf } from './rest-requests.ts';

/** What is wrong with what came of a request. */
export interface Complaint {
  readonly about: string;
  readonly reply: { readonly status: number | undefined; readonly text: string | undefined };
  readonly before?: ProfileBody | null;
  readonly after?: ProfileBody | null;
}

const SECRET_FIELD =
  /"(?:password|from|to|deviceKey|refreshToken|ticket|attempt)":"([^"\\]{12,})"/g;

/** Sends a node bad requests in the name of a player, and looks what has become of his profile. */
export class BadPlayer {
  readonly #node: MeridianProcess;
  readonly #operations: ReadonlyMap<string, Operation>;
  /** Null: he is signed out, or deleted; another takes over. */
  #player: { tokens: SessionTokens; profile: ProfileBody } | null = null;
  /** Requests sent. */
  asked = 0;
  /** Operations that were done, at least once. */
  readonly done = new Set<string>();
  /** What the node was told and may tell nobody. */
  readonly secrets = new Set<string>();

  constructor(node: MeridianProcess, operations: readonly Operation[]) {
    this.#node = node;
    this.#operations = new Map(operations.map((operation) => [operation.id, operation]));
  }

  /** @returns null: nothing is wrong */
  async complaintAfter(drawn: DrawnRequest): Promise<Complaint | null> {
    this.#player ??= await this.#signIn();
    const player = this.#player;
    const { tokens, profile: before } = player;
    const request = requestOf(drawn, { ...tokens, revision: before.revision });
    this.#remember(request, tokens);
    const reply = await exchange(this.#node.port, request);
    this.asked += 1;
    const shown = { reply: { status: reply?.status, text: reply?.text.slice(0, 500) } };
    const isDone = reply !== null && reply.status < 300;
    if (isDone) {
      this.done.add(drawn.operationId ?? '');
      player.tokens = tokensIn(reply, tokens.playerId) ?? player.tokens;
    }
    const after = await this.#readProfile(player.tokens.accessToken);
    if (after === null) this.#player = null;
    else player.profile = after;
    const operation = this.#operations.get(drawn.operationId ?? '') ?? null;
    const about = reply === null ? null : complaintAbout(operation, request, reply);
    if (about !== null) return { about, ...shown };
    const isAsBefore = JSON.stringify(after) === JSON.stringify(before);
    return isDone || isAsBefore
      ? null
      : { about: 'It is refused, and done.', ...shown, before, after };
  }

  async #signIn() {
    const tokens = await this.#node.signIn();
    const profile = await this.#readProfile(tokens.accessToken);
    if (profile === null) throw new Error('A new player has no profile.');
    return { tokens, profile };
  }

  async #readProfile(accessToken: string): Promise<ProfileBody | null> {
    const reply = await exchange(this.#node.port, {
      ...{ method: 'GET', target: '/v1/profiles/me', body: null },
      headers: [['Authorization', `Bearer ${accessToken}`]],
    });
    return reply?.status === 200 ? (JSON.parse(reply.text) as ProfileBody) : null;
  }

  #remember({ body }: RawRequest, { accessToken, refreshToken }: SessionTokens): void {
    this.secrets.add(accessToken).add(refreshToken);
    const text = Buffer.from(body ?? []).toString();
    for (const [, secret = ''] of text.matchAll(SECRET_FIELD)) this.secrets.add(secret);
  }
}

/** New tokens of this player; null: it has none. */
function tokensIn({ text }: RawReply, playerId: string): SessionTokens | null {
  const tokens = text.startsWith('{') ? (JSON.parse(text) as Partial<SessionTokens>) : {};
  const isHis = tokens.playerId === playerId && tokens.accessToken !== undefined;
  return isHis ? (tokens as SessionTokens) : null;
}
