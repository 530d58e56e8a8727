// A page of the console. To add one: a file in pages/ that exports a ConsolePage, a line in pages.ts, and, for what it asks for, a
// ConsoleModule of the server (admin-server.ts). docs/guides/console.md shows one.

import type { ActionResult, OperatorAction, WorldView } from '../../protocol/admin.ts';
import type { OperatorSession } from '../../protocol/operator-session.ts';

/** What a page may use. */
export interface ConsoleContext {
  readonly session: OperatorSession;
  /** The newest look; null before the first. */
  readonly world: WorldView | null;
  /** Whether the operator's role and the server allow it: who may not sees no button. */
  mayDo(action: OperatorAction['action']): boolean;
  /** Does it, tells how it went in a line below, and looks again. @returns null when it was refused */
  act(action: OperatorAction): Promise<ActionResult | null>;
  /** Goes to another page. @param path - such as `rooms/europe/abc` */
  go(path: string): void;
}

/** A page that is open. */
export interface OpenPage {
  readonly root: HTMLElement;
  /** Called at once and with every look, once a second. */
  update?(world: WorldView): void;
  /** The hash has changed, and still leads to this page. */
  route?(path: readonly string[]): void;
  /** Another page is opened: stop what runs. */
  close?(): void;
}

export interface ConsolePage {
  /** The first part of its hash. */
  readonly id: string;
  readonly title: string;
  /** One letter, pressed after `g`. */
  readonly key: string;
  /** @param path - what follows the id in the hash */
  open(context: ConsoleContext, path: readonly string[]): OpenPage;
}
