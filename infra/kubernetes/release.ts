// Puts a build beside those that run, in the overlays of all regions, or takes one away:
//
//   node infra/kubernetes/release.ts add --build 3f2a1c --aws <registry>/meridian@sha256:… --gcp <registry>/meridian@sha256:…
//   node infra/kubernetes/release.ts remove --build first
//   node infra/kubernetes/release.ts image --build 3f2a1c --region europe     which image it is there
//
// A build is a folder `release-<build>` of an overlay, named in its kustomization; the first one is `release`.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { z } from 'zod';

export const OVERLAYS = join(import.meta.dirname, 'overlays');
const REGIONS = ['us-east', 'us-west', 'europe', 'asia', 'australia'] as const;

/** Part of names of objects in Kubernetes, and a value of labels. */
const Build = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, {
  message: 'wants up to 40 small letters, digits and hyphens',
});
const Image = z.string().regex(/^[a-z0-9.:/_-]+@sha256:[0-9a-f]{64}$/, {
  message: 'wants <name>@sha256:<digest>: a tag may be another image tomorrow',
});
const Options = z.discriminatedUnion('command', [
  z.strictObject({ command: z.literal('add'), build: Build, aws: Image, gcp: Image }),
  z.strictObject({ command: z.literal('remove'), build: Build }),
  z.strictObject({ command: z.literal('image'), build: Build, region: z.enum(REGIONS) }),
]);

const Overlay = z.looseObject({
  resources: z.array(z.string()),
  components: z.array(z.string()).default([]),
});
const Release = z.looseObject({
  nameSuffix: z.string(),
  images: z.array(z.looseObject({ newName: z.string(), digest: z.string() })).default([]),
});

/** It cannot be done; the message says why. */
export class ReleaseFolderError extends Error {}

/** @throws {ReleaseFolderError} when a region has it already */
export function addBuild(
  overlays: string,
  build: string,
  images: { readonly aws: string; readonly gcp: string },
): void {
  for (const region of REGIONS) {
    const overlay = join(overlays, region);
    if (folderOf(overlay, build) !== null) {
      throw new ReleaseFolderError(`${region} has ${build} already.`);
    }
    const { components } = read(Overlay, overlay);
    const cloud = components.some((it) => it.endsWith('/aws')) ? 'aws' : 'gcp';
    const name = `release-${build}`;
    mkdirSync(join(overlay, name));
    writeFileSync(join(overlay, name, 'kustomization.yaml'), kustomization(build, images[cloud]));
    editResources(overlay, (text, last) => text.replace(last, `${last}\n  - ${name}`));
  }
}

/** @throws {ReleaseFolderError} when a region has it not, or no other */
export function removeBuild(overlays: string, build: string): void {
  for (const region of REGIONS) {
    const overlay = join(overlays, region);
    const folder = folderOf(overlay, build);
    if (folder === null) throw new ReleaseFolderError(`${region} has no ${build}.`);
    if (releaseFolders(overlay).length === 1) {
      throw new ReleaseFolderError(`${build} is the only build of ${region}.`);
    }
    editResources(overlay, (text) => text.replace(`\n  - ${folder}\n`, '\n'));
    rmSync(join(overlay, folder), { recursive: true });
  }
}

/** @throws {ReleaseFolderError} when the region has no such build, or its image is the overlay's */
export function imageOf(overlays: string, region: string, build: string): string {
  const overlay = join(overlays, region);
  const folder = folderOf(overlay, build);
  const image = folder === null ? undefined : read(Release, join(overlay, folder)).images[0];
  if (image === undefined) throw new ReleaseFolderError(`${region} has no image for ${build}.`);
  return `${image.newName}@${image.digest}`;
}

function kustomization(build: string, image: string): string {
  const [name, digest] = image.split('@');
  return `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ../../../game
nameSuffix: -${build}
labels:
  - pairs: { meridian.dev/build: "${build}" }
    includeSelectors: true
    includeTemplates: true
images:
  - name: meridian
    newName: ${name}
    digest: ${digest}
`;
}

function releaseFolders(overlay: string): readonly string[] {
  return read(Overlay, overlay).resources.filter((it) => /^release(-|$)/.test(it));
}

/** The folder of a build, by what is in it. */
function folderOf(overlay: string, build: string): string | null {
  const isOf = (folder: string) => read(Release, join(overlay, folder)).nameSuffix === `-${build}`;
  return releaseFolders(overlay).find(isOf) ?? null;
}

/** As text, so that comments stay. */
function editResources(overlay: string, edit: (text: string, lastRelease: string) => string): void {
  const path = join(overlay, 'kustomization.yaml');
  const last = `  - ${releaseFolders(overlay).at(-1)}`;
  writeFileSync(path, edit(readFileSync(path, 'utf8'), last));
}

function read<Schema extends z.ZodType>(schema: Schema, folder: string): z.output<Schema> {
  const path = join(folder, 'kustomization.yaml');
  if (!existsSync(path)) throw new ReleaseFolderError(`${path} is not there.`);
  return schema.parse(parse(readFileSync(path, 'utf8')));
}

function main(): void {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { build: text, region: text, aws: text, gcp: text },
  });
  const options = Options.parse({ ...values, command: positionals[0] });
  if (options.command === 'add') addBuild(OVERLAYS, options.build, options);
  else if (options.command === 'remove') removeBuild(OVERLAYS, options.build);
  else process.stdout.write(`${imageOf(OVERLAYS, options.region, options.build)}\n`);
}

if (import.meta.main) {
  try {
    main();
  } catch (error) {
    const message = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    process.stderr.write(`${message}\n`);
    process.exitCode = error instanceof ReleaseFolderError ? 1 : 2;
  }
}
