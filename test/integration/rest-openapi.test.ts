import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Application, Router } from 'express';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateOpenApi } from '../../docs/reference/generate-openapi.ts';
import { repositoryRoot } from '../support/repository.ts';
import { type RestServer, startRestServer } from './rest-server.ts';

let server: RestServer;
beforeAll(async () => {
  server = await startRestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

interface Operation {
  readonly operationId: string;
  readonly responses: Record<string, { readonly description?: string }>;
}

interface OpenApi {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
}

const servedDocument = async () =>
  (await server.request('GET', '/v1/openapi.json')).json<OpenApi>();

test('[ACC-34] the document in docs/reference is the one that is served', async () => {
  const path = join(repositoryRoot, 'docs/reference/openapi.json');
  const checkedIn: unknown = JSON.parse(await readFile(path, 'utf8'));
  const hint = 'stale: run node --conditions=meridian-source docs/reference/generate-openapi.ts';
  expect(checkedIn, hint).toEqual(JSON.parse(JSON.stringify(await generateOpenApi())));
  expect(checkedIn, hint).toEqual(await servedDocument());
});

/** What express really has under /v1 and beside it, whoever mounted it. */
function mountedRoutes(app: Application): string[] {
  const routers = app.router.stack.filter((layer) => 'stack' in layer.handle);
  const routesIn = (stack: Router['stack'], prefix: string) =>
    stack.flatMap(({ route }) =>
      (route?.stack ?? []).map(({ method }) => `${method} ${prefix}${route?.path}`),
    );
  return [
    ...routesIn(app.router.stack, ''),
    ...routers.flatMap(({ handle }) => routesIn((handle as unknown as Router).stack, '/v1')),
  ];
}

test('[ACC-34] every route under /v1 is in the document, and every operation is mounted', async () => {
  const { openapi, paths } = await servedDocument();
  expect(openapi).toMatch(/^3\.1\./);
  const documented = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  );
  expect(documented.length).toBeGreaterThanOrEqual(18);
  // The document does not describe itself.
  const mounted = mountedRoutes(server.app).filter((route) => route !== 'get /v1/openapi.json');
  expect(mounted.sort()).toEqual(documented.sort());
});

test('[ACC-34] operation ids are unique', async () => {
  const { paths } = await servedDocument();
  const ids = Object.values(paths).flatMap((o) => Object.values(o).map((op) => op.operationId));
  expect(new Set(ids).size).toBe(ids.length);
});

test('[ACC-35] every operation says that what it needs may be away, a store or a service', async () => {
  const { paths } = await servedDocument();
  const away = Object.values(paths).flatMap((operations) =>
    Object.values(operations).map(({ responses }) => responses['503']?.description),
  );
  for (const described of away) {
    expect(described).toContain('STORE_UNAVAILABLE');
    expect(described).toContain('SERVICE_UNAVAILABLE');
  }
});
