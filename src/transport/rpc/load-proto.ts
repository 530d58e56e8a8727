import { join } from 'node:path';
import { loadPackageDefinition, type ServiceClientConstructor } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { RpcContract } from './rpc-contract.ts';

/** Beside `src/`, and beside `dist/`. */
const PROTO_FOLDER = join(import.meta.dirname, '..', '..', '..', 'proto');

/**
 * The service of a contract as its `.proto` file tells it.
 *
 * Fields are in camel case; a plain field that is missing has protobuf's default, an `optional` one is undefined; 64-bit integers are
 * numbers, for none of ours passes 2^53; enums are their names.
 *
 * @throws {TypeError} when the file does not hold the service, or one of the contract's methods
 */
export function loadProto(
  { name, proto, methods, streams }: RpcContract,
  folder: string = PROTO_FOLDER,
): ServiceClientConstructor {
  const definition = loadSync(join(folder, proto), {
    includeDirs: [folder],
    longs: Number,
    enums: String,
    defaults: true,
  });
  const found = name
    .split('.')
    .reduce<unknown>(
      (scope, part) => (scope as Record<string, unknown> | undefined)?.[part],
      loadPackageDefinition(definition),
    ) as ServiceClientConstructor | undefined;
  if (found?.service === undefined) throw new TypeError(`${proto} holds no service ${name}.`);
  for (const method of [...Object.keys(methods), ...Object.keys(streams)]) {
    const isStream = Object.hasOwn(streams, method);
    if (found.service[wireName(method)]?.responseStream === isStream) continue;
    const kind = isStream ? 'stream' : 'method';
    throw new TypeError(`${name} in ${proto} has no ${kind} ${wireName(method)}.`);
  }
  return found;
}

/** `readProfile` → `ReadProfile` */
export function wireName(method: string): string {
  return `${method.charAt(0).toUpperCase()}${method.slice(1)}`;
}
