import { readFileSync } from 'node:fs';
import { ChannelCredentials, ServerCredentials } from '@grpc/grpc-js';

/** Files in PEM. Each service shows its certificate, and both sides want one of this authority. */
export interface RpcTls {
  readonly caPath: string;
  readonly certPath: string;
  readonly keyPath: string;
}

/** @throws {Error} when a file cannot be read @param tls - null: plain text, for calls within one machine or a private network */
export function serverCredentials(tls: RpcTls | null): ServerCredentials {
  if (tls === null) return ServerCredentials.createInsecure();
  const { ca, cert, key } = readTls(tls);
  const asksForCertificates = true;
  return ServerCredentials.createSsl(
    ca,
    [{ cert_chain: cert, private_key: key }],
    asksForCertificates,
  );
}

/** @throws {Error} when a file cannot be read */
export function channelCredentials(tls: RpcTls | null): ChannelCredentials {
  if (tls === null) return ChannelCredentials.createInsecure();
  const { ca, cert, key } = readTls(tls);
  return ChannelCredentials.createSsl(ca, key, cert);
}

function readTls({ caPath, certPath, keyPath }: RpcTls) {
  return { ca: readFileSync(caPath), cert: readFileSync(certPath), key: readFileSync(keyPath) };
}
