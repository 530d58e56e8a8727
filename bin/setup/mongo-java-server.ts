// A server that speaks MongoDB's protocol, for tests on machines without MongoDB: mongo-java-server, from Maven, in memory. It is
// made of a few jars and a launcher of ours, and kept in .toolchain/.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { findProgram } from './find-program.ts';
import { fingerprint } from './fingerprint.ts';

// Tests read this file, too, and know no JavaScript.
const root = join(import.meta.dirname, '..', '..');

const VERSION = '1.47.0';
const DEPENDENCY_PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1';
const LAUNCHER = 'test/support/mongo-java-server/WireServer.java';

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>meridian</groupId>
  <artifactId>mongo-test-server</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>de.bwaldvogel</groupId>
      <artifactId>mongo-java-server</artifactId>
      <version>${VERSION}</version>
    </dependency>
  </dependencies>
</project>
`;

/** What to run: `java <args>` prints the port it listens on, and ends with its standard input. */
export interface JavaProgram {
  readonly java: string;
  readonly args: readonly string[];
}

/** The server, ready to run; null when it is not here yet. */
export function findMongoJavaServer(): JavaProgram | null {
  const folder = serverFolder();
  const java = findProgram(['java']);
  // Compiled last, from the jars: where it is, they are.
  if (java === null || !existsSync(join(folder, 'classes', 'WireServer.class'))) return null;
  const classpath = [join(folder, 'classes'), join(folder, 'lib', '*')].join(delimiter);
  // Starts in half the time, and needs no more for what tests keep.
  const quick = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xshare:auto', '-Xmx256m'];
  return { java, args: [...quick, '-cp', classpath, 'WireServer'] };
}

/** Whether Maven and a Java compiler are here, which fetching it takes. */
export function hasJavaTools(): boolean {
  return findProgram(['mvn']) !== null && findProgram(['javac']) !== null;
}

/** The commands that fetch it; what they read is written before. */
export function mongoJavaServerRecipes(): readonly (readonly [string, ...string[]])[] {
  const folder = serverFolder();
  mkdirSync(join(folder, 'classes'), { recursive: true });
  const pom = join(folder, 'pom.xml');
  writeFileSync(pom, POM);
  const lib = join(folder, 'lib');
  return [
    [
      ...(['mvn', '-q', '-B', '--strict-checksums', '-f', pom] as const),
      `${DEPENDENCY_PLUGIN}:copy-dependencies`,
      ...['-DincludeScope=runtime', `-DoutputDirectory=${lib}`],
    ],
    ['javac', '-cp', join(lib, '*'), '-d', join(folder, 'classes'), join(root, LAUNCHER)],
  ];
}

/** Another one for another launcher or version, so that what is there is never stale. */
function serverFolder(): string {
  const name = fingerprint(root, [LAUNCHER], [POM]).slice(0, 12);
  return join(root, '.toolchain', 'mongo-java-server', name);
}
