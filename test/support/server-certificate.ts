import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * An authority of its own, `ca.crt` in the folder, and a certificate of it for 127.0.0.1.
 *
 * @throws {Error} where there is no openssl
 */
export async function serverCertificate(folder: string) {
  const at = (file: string) => join(folder, file);
  const fresh = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  const common = [...fresh, '-nodes', '-days', '1'];
  await run('openssl', [
    ...common,
    ...['-subj', '/CN=authority', '-keyout', at('ca.key'), '-out', at('ca.crt')],
  ]);
  await run('openssl', [
    ...common,
    ...['-subj', '/CN=kubernetes', '-CA', at('ca.crt'), '-CAkey', at('ca.key')],
    ...['-addext', 'subjectAltName=IP:127.0.0.1', '-addext', 'basicConstraints=critical,CA:FALSE'],
    ...['-keyout', at('api.key'), '-out', at('api.crt')],
  ]);
  return {
    key: readFileSync(at('api.key'), 'utf8'),
    certificate: readFileSync(at('api.crt'), 'utf8'),
  };
}
