import {
  API_PREFIX,
  type JsonValue,
  type PlayerExportBody,
  type ProfileBody,
  type ProfilePatchRequest,
  type UsernameOwner,
  type UsernameRequest,
} from '../../src/protocol/index.ts';
import type { AuthorizedHttp } from './authorized-http.ts';
import { MeridianError } from './meridian-error.ts';

/** What the owner may change; keys of `data` are merged, a null removes its key. */
export interface ProfilePatch {
  readonly displayName?: string;
  readonly data?: Readonly<Record<string, JsonValue>>;
}

const PATH = `${API_PREFIX}/profiles/me`;
const PATCH_ATTEMPTS = 3;

/** The signed-in player's own profile. */
export class ProfileApi {
  readonly #http: AuthorizedHttp;
  #knownRevision: number | null = null;

  readonly #deleted: () => Promise<void>;

  /** @param deleted - the player is no more: this device forgets him */
  constructor(http: AuthorizedHttp, deleted: () => Promise<void>) {
    this.#http = http;
    this.#deleted = deleted;
  }

  async get(): Promise<ProfileBody> {
    const profile = await this.#http.request<ProfileBody>('GET', PATH);
    this.#knownRevision = profile.revision;
    return profile;
  }

  /**
   * @param options.ifRevision - write only if the profile is still at this revision. Without it the last write wins.
   * @throws {MeridianError} `REVISION_STALE` when `ifRevision` was given and the profile has moved on
   */
  async patch(
    patch: ProfilePatch,
    options: { readonly ifRevision?: number } = {},
  ): Promise<ProfileBody> {
    if (options.ifRevision !== undefined) return this.#write(patch, options.ifRevision);
    for (let attempt = 1; ; attempt++) {
      const revision = this.#knownRevision ?? (await this.get()).revision;
      try {
        return await this.#write(patch, revision);
      } catch (error) {
        const isStale = error instanceof MeridianError && error.code === 'REVISION_STALE';
        if (!isStale || attempt === PATCH_ATTEMPTS) throw error;
        this.#knownRevision = null;
      }
    }
  }

  /**
   * A name that nobody else has in any region, for others to find the player by; the one before is free.
   *
   * @throws {MeridianError} `USERNAME_TAKEN`, `BAD_REQUEST`
   */
  async takeUsername(username: string): Promise<ProfileBody> {
    const body: UsernameRequest = { username };
    const profile = await this.#http.request<ProfileBody>('POST', `${PATH}/username`, body);
    this.#knownRevision = profile.revision;
    return profile;
  }

  /** Who has a username. @throws {MeridianError} `NOT_FOUND` */
  async findByUsername(username: string): Promise<UsernameOwner> {
    const path = `${API_PREFIX}/usernames/${encodeURIComponent(username)}`;
    return await this.#http.request<UsernameOwner>('GET', path);
  }

  /** Everything that is kept of the player. */
  async export(): Promise<PlayerExportBody> {
    return await this.#http.request<PlayerExportBody>('GET', `${PATH}/export`);
  }

  /** Deletes the player for ever, here and on the server; sign in anew afterwards. */
  async delete(): Promise<void> {
    await this.#http.request('DELETE', PATH);
    await this.#deleted();
  }

  /** Forgets what was read; another player may sign in. */
  forget(): void {
    this.#knownRevision = null;
  }

  async #write(patch: ProfilePatch, ifRevision: number): Promise<ProfileBody> {
    const body: ProfilePatchRequest = { ...patch, ifRevision };
    const profile = await this.#http.request<ProfileBody>('PATCH', PATH, body);
    this.#knownRevision = profile.revision;
    return profile;
  }
}
