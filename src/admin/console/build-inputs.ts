/** What the console's page depends on, from the repository's root: when one of these changes, `output` is stale. */
export const consoleBuild = {
  command: ['vite', 'build', '--config', 'src/admin/console/vite.config.ts'],
  inputs: ['src/admin/console', 'src/protocol', 'package-lock.json'],
  /** Not part of the inputs, though it lies in one of them. */
  output: 'src/admin/console/dist',
} as const;
