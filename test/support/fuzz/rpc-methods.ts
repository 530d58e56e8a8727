import { join } from 'node:path';
import { loadSync } from '@grpc/proto-loader';
import { loadProto, wireName } from '../../../src/transport/rpc/load-proto.ts';
import type { RpcContract } from '../../../src/transport/rpc/rpc-contract.ts';
import type { MessageType } from './protobuf-messages.ts';

const PROTO_FOLDER = join(import.meta.dirname, '..', '..', '..', 'proto');

/** A method of a contract as its file describes it. */
export interface RpcMethodToFuzz {
  /** Its name in the file. */
  readonly name: string;
  /** `/<service>/<Method>` */
  readonly path: string;
  readonly isStream: boolean;
  readonly request: MessageType;
  /** By the name that fields say, without its package: in the files of a contract no two are alike. */
  readonly types: ReadonlyMap<string, MessageType>;
}

/** All methods and streams of a contract. */
export function methodsOf(contract: RpcContract): readonly RpcMethodToFuzz[] {
  const { service } = loadProto(contract);
  const loaded = loadSync(join(PROTO_FOLDER, contract.proto), { includeDirs: [PROTO_FOLDER] });
  const types = new Map(
    Object.entries(loaded).flatMap(([name, definition]) =>
      'type' in definition
        ? [[name.slice(name.lastIndexOf('.') + 1), definition.type as MessageType] as const]
        : [],
    ),
  );
  return [...Object.keys(contract.methods), ...Object.keys(contract.streams)].map((method) => {
    const name = wireName(method);
    const { path, responseStream } = service[name] as { path: string; responseStream: boolean };
    const { requestType } = service[name] as unknown as { requestType: { type: MessageType } };
    return { name, path, isStream: responseStream, request: requestType.type, types };
  });
}
