import { z } from 'zod';
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi';
import { ERRORS, type ErrorCode } from '../../errors/errors.ts';
import type { ErrorBody } from '../../protocol/rest.ts';
import type { Route } from './route.ts';

export type OpenApiDocument = ReturnType<typeof createDocument>;

const ErrorReply = z
  .strictObject({
    error: z.strictObject({
      code: z.string().meta({ description: 'Stable, for programs.', example: 'REVISION_STALE' }),
      message: z.string().meta({ description: 'For people.' }),
      retryable: z.boolean().meta({ description: 'Whether the same request may succeed later.' }),
      retryAfterMs: z.number().exactOptional(),
      details: z.record(z.string(), z.unknown()).exactOptional(),
    }),
  })
  .meta({ id: 'Error' }) satisfies z.ZodType<ErrorBody>;

/** Failures any route may have: a body is looked at wherever it is sent. */
const COMMON_ERRORS: readonly ErrorCode[] = [
  'BAD_REQUEST',
  'PAYLOAD_TOO_LARGE',
  'ORIGIN_FORBIDDEN',
  'RATE_LIMITED',
  'INTERNAL',
  'STORE_UNAVAILABLE',
  'SERVICE_UNAVAILABLE',
  'SHUTTING_DOWN',
];
const TOKEN_ERRORS: readonly ErrorCode[] = [
  'TOKEN_MISSING',
  'TOKEN_INVALID',
  'TOKEN_EXPIRED',
  'TOKEN_REVOKED',
  'PLAYER_BANNED',
];

/** The OpenAPI 3.1 document of these routes. */
export function openApiDocument(routes: readonly Route[]): OpenApiDocument {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method]: operationOf(route) };
  }
  return createDocument({
    openapi: '3.1.1',
    info: {
      title: 'Meridian REST API',
      version: 'v1',
      description:
        'Accounts and profiles. Failed requests answer with an Error; programs decide by its code.',
    },
    paths,
    components: {
      securitySchemes: {
        accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      },
    },
  });
}

function operationOf(route: Route): ZodOpenApiOperationObject {
  const [, version, tag = ''] = route.path.split('/');
  return {
    operationId: route.operationId,
    summary: route.summary,
    // What stands outside of /v1 is known by its first part: `.well-known`.
    tags: [version === 'v1' ? tag : String(version)],
    ...(route.access === 'player' ? { security: [{ accessToken: [] }] } : {}),
    ...(route.params || route.query
      ? {
          requestParams: {
            ...(route.params ? { path: route.params as z.ZodObject } : {}),
            ...(route.query ? { query: route.query as z.ZodObject } : {}),
          },
        }
      : {}),
    ...(route.body
      ? {
          requestBody: {
            required: !route.body.safeParse({}).success,
            content: { 'application/json': { schema: route.body } },
          },
        }
      : {}),
    responses: responsesOf(route),
  };
}

function responsesOf(route: Route): ZodOpenApiResponsesObject {
  const codes = [
    ...(route.access === 'player' ? TOKEN_ERRORS : []),
    ...route.errors,
    ...COMMON_ERRORS,
  ];
  const byStatus = Map.groupBy(codes, (code) => ERRORS[code].http);
  const failures = [...byStatus].map(([status, sameStatus]) => [
    status,
    {
      description: [...new Set(sameStatus)].join(', '),
      content: { 'application/json': { schema: ErrorReply } },
    },
  ]);
  const success = route.reply
    ? { description: 'Done.', content: { 'application/json': { schema: route.reply } } }
    : { description: 'Done.' };
  return { [route.status]: success, ...Object.fromEntries(failures) };
}
