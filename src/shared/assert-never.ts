/** Marks the branch the compiler proved unreachable; throws if a value from outside reaches it anyway. */
export function assertNever(value: never): never {
  throw new TypeError(`Unhandled case: ${JSON.stringify(value)}`);
}
