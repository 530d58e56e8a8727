import { GameError } from '../errors/game-error.ts';
import type { ProfileReader, ProfileRecord, ProfileSection } from './profile-record.ts';

/** Named sections of one profile. Each has the bounds of player-data.ts for itself. */
export const MOST_SECTIONS = 16;

/** Who writes. */
export type ProfileWriter = 'owner' | 'server';

/** Over what a write may go. */
export type WriteMode =
  /** Over nothing: the section must not be there. */
  | { readonly kind: 'create' }
  /** Over exactly this revision of the section. */
  | { readonly kind: 'if-revision'; readonly revision: number }
  /** Over whatever is there. */
  | { readonly kind: 'blind' };

/** A write of one section. */
export interface SectionWrite {
  readonly name: string;
  readonly value: ProfileSection['value'];
  readonly mode: WriteMode;
  readonly writer: ProfileWriter;
  /**
   * Rules of the section. Only the server sets them; not given, they stay as they are. A new section is by default the
   * server's to write and the owner's to read.
   */
  readonly rules?: Pick<ProfileSection, 'readableBy' | 'writableBy'>;
}

const DEFAULT_RULES = { readableBy: 'owner', writableBy: 'server' } as const;

/**
 * Writes one section of a profile.
 *
 * @throws {GameError} `FORBIDDEN` when the writer may not, `SECTION_EXISTS`, `REVISION_STALE` with the section's revision,
 *   `BAD_REQUEST` for one section too many
 */
export function writeSection(record: ProfileRecord, write: SectionWrite): ProfileRecord {
  const { name, value, mode, writer, rules } = write;
  const current = Object.hasOwn(record.sections, name) ? record.sections[name] : undefined;
  requirePermission(current, write);
  if (current === undefined && Object.keys(record.sections).length >= MOST_SECTIONS) {
    const message = `a profile has at most ${MOST_SECTIONS} sections`;
    throw new GameError('BAD_REQUEST', { issues: [{ path: ['name'], message }] });
  }
  requireMode(current, mode, name);
  const { readableBy, writableBy } =
    (writer === 'server' ? rules : undefined) ?? current ?? DEFAULT_RULES;
  const written = { readableBy, writableBy, revision: (current?.revision ?? 0) + 1, value };
  return { ...record, sections: { ...record.sections, [name]: written } };
}

/** Writes sections of which only the newest value counts, and says which there was no room for. */
export function withSoftSections(
  record: ProfileRecord,
  values: ReadonlyMap<string, ProfileSection['value']>,
): { readonly record: ProfileRecord; readonly result: readonly string[] } {
  const leftOut: string[] = [];
  let written = record;
  for (const [name, value] of values) {
    const isNew = !Object.hasOwn(written.sections, name);
    if (isNew && Object.keys(written.sections).length >= MOST_SECTIONS) leftOut.push(name);
    else
      written = writeSection(written, { name, value, mode: { kind: 'blind' }, writer: 'server' });
  }
  return { record: written, result: leftOut };
}

/** The sections somebody may see. */
export function visibleSections(
  { sections }: ProfileRecord,
  reader: ProfileReader,
): Readonly<Record<string, ProfileSection>> {
  const visible = Object.entries(sections).filter(([, { readableBy }]) => sees(reader, readableBy));
  return Object.fromEntries(visible);
}

const ORDER: readonly ProfileReader[] = ['public', 'owner', 'server'];

/** Whether a reader sees what is meant for `readableBy`: the server all, the owner not what is the server's own. */
export function sees(reader: ProfileReader, readableBy: ProfileReader): boolean {
  return ORDER.indexOf(reader) >= ORDER.indexOf(readableBy);
}

/** @throws {GameError} `FORBIDDEN` */
function requirePermission(current: ProfileSection | undefined, write: SectionWrite): void {
  if (write.writer === 'server') return;
  // Owners fill what the server has made for them: a section of their own making would have no rules.
  if (current?.writableBy === 'owner' && write.rules === undefined) return;
  throw new GameError('FORBIDDEN', { section: write.name });
}

/** @throws {GameError} `SECTION_EXISTS`, `REVISION_STALE` */
function requireMode(current: ProfileSection | undefined, mode: WriteMode, name: string): void {
  const revision = current?.revision ?? 0;
  if (mode.kind === 'create' && current !== undefined) {
    throw new GameError('SECTION_EXISTS', { section: name, revision });
  }
  if (mode.kind === 'if-revision' && mode.revision !== revision) {
    throw new GameError('REVISION_STALE', { section: name, ifRevision: mode.revision, revision });
  }
}
