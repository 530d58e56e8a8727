import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDockerfile } from '../check/dockerfile.ts';
import { type BaseImage, makeBase, nginxBase, nodeBase, redisBase } from './base-image.ts';
import type { ContainerEngine } from './container-engine.ts';

const REPOSITORY = join(import.meta.dirname, '../../..');

export const IMAGES = {
  meridian: 'localhost/meridian:local',
  nginx: 'localhost/nginx:local',
  redis: 'localhost/redis:local',
} as const;

/** Images stay here between runs: layers whose inputs are the same are not built again. */
export const IMAGE_FOLDER = join(tmpdir(), 'meridian-images');

/**
 * Builds the Dockerfile as it is, without a registry of images: its bases are made of this machine's own Node. npm's packages come from npm's cache,
 * where they are in it.
 *
 * @returns the image's name
 */
export async function buildImage(engine: ContainerEngine): Promise<string> {
  const [stage] = parseDockerfile(await readFile(join(REPOSITORY, 'Dockerfile'), 'utf8'));
  const base = stage?.base ?? '';
  // Of another Node, the image would not be what the tests take it for.
  if (!base.includes(`:${process.versions.node}-`)) {
    throw new Error(`The image is of ${base}, and this is Node ${process.versions.node}.`);
  }
  await ensureBase(engine, nodeBase(base));
  const cache = process.env['npm_config_cache'] ?? join(process.env['HOME'] ?? '/root', '.npm');
  await engine.buildah(
    'build',
    // OCI's format knows no health check.
    ...['--format', 'docker', '--layers', '--isolation', 'chroot', '--pull-never'],
    ...['--volume', `${cache}:/root/.npm`, '--tag', IMAGES.meridian, REPOSITORY],
  );
  return IMAGES.meridian;
}

/** What stands around Meridian in a cluster. */
export async function buildSurroundings(engine: ContainerEngine): Promise<void> {
  await ensureBase(engine, nginxBase(IMAGES.nginx));
  await ensureBase(engine, redisBase(IMAGES.redis));
}

async function ensureBase(engine: ContainerEngine, base: BaseImage): Promise<void> {
  if (await engine.hasImage(base.name)) return;
  const scratch = await mkdtemp(join(tmpdir(), 'meridian-base-'));
  try {
    await makeBase(engine, base, scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
