/**
 * Waits for a promise, but not for ever.
 *
 * @returns what it brought, or `'late'` after `ms`; then nobody hears of its end
 * @throws what it throws in time
 */
export async function within<T>(promise: Promise<T>, ms: number): Promise<T | 'late'> {
  const late = Promise.withResolvers<'late'>();
  const timer = setTimeout(() => late.resolve('late'), ms);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
