import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { devNull } from 'node:os';
import { dirname, join } from 'node:path';
import type { OfflineProviders } from './offline-providers.ts';
import { TERRAFORM_FOLDER } from './schema-files.ts';

/** How a command of Terraform ended. */
export interface TerraformResult {
  readonly exitCode: number | null;
  /** Both streams, without colours. */
  readonly output: string;
}

/** Runs `terraform` in a folder, with nothing of the machine's own settings and only the providers that are given. */
export async function terraform(
  folder: string,
  args: readonly string[],
  { env }: Pick<OfflineProviders, 'env'>,
): Promise<TerraformResult> {
  const child = spawn('terraform', [`-chdir=${folder}`, ...args], {
    env: { PATH: process.env['PATH'], TF_CLI_CONFIG_FILE: devNull, TF_IN_AUTOMATION: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  }
  const [exitCode] = await once(child, 'close');
  return { exitCode: exitCode as number | null, output: Buffer.concat(chunks).toString() };
}

/** Folders that are applied: those with a backend. */
export function terraformRoots(): string[] {
  return readdirSync(TERRAFORM_FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('/backend.tf') && !file.includes('.terraform'))
    .map((file) => join(TERRAFORM_FOLDER, dirname(file)))
    .sort();
}
