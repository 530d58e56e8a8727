/** What the built pages depend on, from the repository's root: when one of these changes, `output` is stale. */
export const webBuild = {
  command: ['vite', 'build', '--config', 'demos/vite.config.ts'],
  inputs: ['demos', 'client-sdk/src', 'src/protocol', 'package-lock.json'],
  /** Not part of the inputs, though it lies in one of them. */
  output: 'demos/web/dist',
} as const;
