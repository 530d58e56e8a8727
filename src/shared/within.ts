/**
 * Waits for a promise, but not for ever.
 *
 * @returns what it brought, or `'late'` after `ms`; then nobody hears of its end
 * @throws what it throws in time
 */
export async function within<T>(promise: Promise<T>, ms: number): Promise<T | 'late'> {
  const late = Promise.withResolvers<'late'>();
  // After a stall of this process the answer may lie in a socket, unread: sockets are read before immediates run.
  const timer = setTimeout(() => setImmediate(() => late.resolve('late')), ms);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
