import fc from 'fast-check';
import type { JsonSchemas } from './json-schema.ts';
import {
  almostFittingJson,
  fittingJson,
  fittingString,
  hostileJson,
  PLACEHOLDERS,
} from './json-texts.ts';
import {
  brokenBytes,
  brokenEntity,
  hostileText,
  JSON_TYPE,
  OTHER_METHODS,
  oddHeader,
  oddTarget,
  TOKEN,
} from './odd-requests.ts';
import type { Operation } from './openapi-operations.ts';
import type { RawRequest } from './raw-http.ts';

/** A request before it is known who sends it. */
export interface DrawnRequest {
  /** Id of the operation; null: of none, or perhaps of another one. */
  readonly operationId: string | null;
  readonly method: string;
  readonly target: string;
  /** `Authorization` included, with {@link TOKEN} for the player's own. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** JSON may have {@link PLACEHOLDERS}. */
  readonly body: string | Uint8Array | null;
}

/** What the sender has at the moment. */
export interface Sender {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly revision: number;
}

/** The request as this sender sends it. */
export function requestOf(
  { method, target, headers, body }: DrawnRequest,
  sender: Sender,
): RawRequest {
  const filled =
    typeof body === 'string'
      ? Buffer.from(
          body
            .replaceAll(PLACEHOLDERS.revision, String(sender.revision))
            .replaceAll(PLACEHOLDERS.refreshToken, JSON.stringify(sender.refreshToken)),
        )
      : body;
  return {
    ...{ method, target, body: filled },
    headers: headers.map(([name, value]) => [name, value.replaceAll(TOKEN, sender.accessToken)]),
  };
}

const BEARER = ['Authorization', `Bearer ${TOKEN}`] as const;

/** Ways to use an operation, and to misuse it: the body, how it is said to be written, what comes along, and the address. */
export const MISUSES = [
  'what fits',
  'what almost fits',
  'hostile values',
  'broken bodies',
  'odd headers',
  'odd addresses',
] as const;

/** For each way, requests of it. */
export function requestsOf(
  operation: Operation,
  schemas: JsonSchemas,
): Readonly<Record<(typeof MISUSES)[number], fc.Arbitrary<DrawnRequest>>> {
  const { method, body } = operation;
  const headers = [
    ...(operation.isForPlayers ? [BEARER] : []),
    ...(body === null ? [] : [JSON_TYPE]),
  ];
  const fittingBody = body === null ? fc.constant(null) : fittingJson(body, schemas);
  const target = targetOf(operation, (schema) => fittingString(schema));
  const to = (drawn: fc.Arbitrary<string>, sent: fc.Arbitrary<string | Uint8Array | null>) =>
    fc.record({
      ...{ operationId: fc.constant(operation.id), method: fc.constant(method), target: drawn },
      ...{ headers: fc.constant(headers), body: sent },
    });
  return {
    'what fits': to(target, fittingBody),
    'what almost fits': to(target, body === null ? hostileJson : almostFittingJson(body, schemas)),
    'hostile values': to(
      targetOf(operation, () => hostileText),
      hostileJson,
    ),
    'broken bodies': fc
      .tuple(to(target, fc.constant(null)), fc.oneof(brokenBytes, fittingBody), brokenEntity)
      .map(([request, sent, entity]) => ({
        ...request,
        headers: [...(operation.isForPlayers ? [BEARER] : []), ...entity],
        body: sent,
      })),
    'odd headers': fc
      .tuple(
        to(target, fittingBody),
        fc.array(oddHeader, { minLength: 1, maxLength: 3 }),
        fc.constantFrom('instead', 'before', 'after'),
      )
      .map(([request, odd, where]) => ({
        ...request,
        headers:
          where === 'instead'
            ? odd
            : where === 'before'
              ? [...odd, ...headers]
              : [...headers, ...odd],
      })),
    'odd addresses': fc
      .tuple(to(target, fittingBody), oddTarget, fc.constantFrom(method, method, ...OTHER_METHODS))
      .map(([request, bend, other]) => ({
        ...request,
        operationId: null,
        method: other,
        target: bend(request.target),
      })),
  };
}

/** To Colyseus' own endpoint, which the document does not know. */
export const matchmakeRequests: fc.Arbitrary<DrawnRequest> = fc.record({
  operationId: fc.constant(null),
  method: fc.constant('POST'),
  target: fc
    .tuple(
      fc.oneof(
        fc.constantFrom('joinOrCreate', 'create', 'join', 'joinById', 'reconnect', 'toString'),
        hostileText,
      ),
      fc.oneof(fc.constantFrom('match', 'nothing', '__proto__'), hostileText),
    )
    .map(([how, room]) => `/matchmake/${segment(how)}/${segment(room)}`),
  headers: fc.constantFrom([BEARER, JSON_TYPE], [JSON_TYPE], [BEARER]),
  body: fc.oneof(
    hostileJson,
    hostileJson.map((json) => `{"reconnectionToken":${json},"queue":${json}}`),
  ),
});

function targetOf(
  { path, parameters }: Operation,
  segmentOf: (schema: Operation['parameters'][number]['schema']) => fc.Arbitrary<string>,
): fc.Arbitrary<string> {
  const named = parameters.map(({ name, schema }) =>
    segmentOf(schema).map((text) => [name, text] as const),
  );
  return fc
    .tuple(...named)
    .map((values) =>
      values.reduce<string>(
        (target, [name, text]) => target.replace(`{${name}}`, () => segment(text)),
        path,
      ),
    );
}

/** An empty one would be another path, and half a surrogate cannot be written. */
function segment(text: string): string {
  return text === '' ? '%20' : encodeURIComponent(text.toWellFormed()).replaceAll(/^\.+$/g, '%2E');
}
