/** Set-up cannot go on, and the message says in full what the person at the keyboard can do. */
export class SetupError extends Error {
  /** @override */
  name = 'SetupError';
}
