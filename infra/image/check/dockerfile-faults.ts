import { execForm, type Instruction, parseDockerfile, type Stage } from './dockerfile.ts';

// What must be so of any image that we run, whatever is in it.

type Check = (last: Stage, stages: readonly Stage[]) => string[];

const CHECKS: readonly Check[] = [
  basesArePinned,
  stagesExist,
  nothingIsFetchedByAddress,
  packagesAreThoseOfTheLock,
  nothingSecretIsBakedIn,
  runsAsNobody,
  needsNoShell,
  comesFromStages,
  saysHowItIsWatchedAndStopped,
  saysWhatItIs,
];

/** Names of settings whose values nobody may read out of a layer. */
const SECRET = /SECRET|TOKEN|PASSWORD|PASSWD|CREDENTIAL|API_?KEY|PRIVATE_?KEY|_URI\b/i;
const LABELS = ['title', 'licenses', 'revision'];

/** @returns what is not as it must be, a line each; empty: everything is */
export function dockerfileFaults(text: string): string[] {
  const stages = parseDockerfile(text);
  const last = stages.at(-1);
  if (last === undefined) return ['there is no FROM'];
  return CHECKS.flatMap((check) => check(last, stages));
}

function basesArePinned(_: Stage, stages: readonly Stage[]): string[] {
  return stages
    .filter(({ base }, n) => !isPinned(base) && !isStage(base, stages.slice(0, n)))
    .map(({ base }) => `FROM ${base} may be another image tomorrow`);
}

/** By digest, or by a version of three numbers: tags like that are not moved, and are readable. */
function isPinned(base: string): boolean {
  return base === 'scratch' || /@sha256:[0-9a-f]{64}$/.test(base) || /:\d+\.\d+\.\d+\b/.test(base);
}

function isStage(name: string, stages: readonly Stage[]): boolean {
  return stages.some((stage) => stage.name === name);
}

function stagesExist(_: Stage, stages: readonly Stage[]): string[] {
  return stages.flatMap(({ instructions }, n) =>
    named(instructions, 'COPY')
      .map(({ rest }) => /--from=(\S+)/.exec(rest)?.[1])
      .filter((from) => from !== undefined && !isStage(from, stages.slice(0, n)))
      .map((from) => `COPY --from=${from}: no stage before it is called that`),
  );
}

function nothingIsFetchedByAddress(_: Stage, stages: readonly Stage[]): string[] {
  return stages.flatMap(({ instructions }) => [
    ...named(instructions, 'ADD').map(({ rest }) => `ADD ${rest}: COPY says what it does`),
    ...named(instructions, 'RUN')
      .filter(({ rest }) => /\b(curl|wget)\b|https?:\/\//.test(rest))
      .map(({ rest }) => `RUN ${rest}: fetches what nobody has pinned`),
  ]);
}

function packagesAreThoseOfTheLock(last: Stage, stages: readonly Stage[]): string[] {
  const faults = stages.flatMap(({ instructions }) =>
    named(instructions, 'RUN').flatMap(({ rest }) => [
      ...(/npm (install|i|add|update)\b/.test(rest)
        ? [`RUN ${rest}: npm ci keeps to the lock`]
        : []),
      ...(/npm ci\b/.test(rest) && !rest.includes('--ignore-scripts')
        ? [`RUN ${rest}: lets packages run what they like`]
        : []),
    ]),
  );
  const modules = named(last.instructions, 'COPY').find(({ rest }) =>
    /\bnode_modules\b/.test(rest),
  );
  const source = stages.find(({ name }) => modules?.rest.includes(`--from=${name}`));
  const isForProduction = named(source?.instructions ?? [], 'RUN').some(
    ({ rest }) => /npm ci\b/.test(rest) && rest.includes('--omit=dev'),
  );
  return isForProduction ? faults : [...faults, 'its packages are not those of production alone'];
}

function nothingSecretIsBakedIn(_: Stage, stages: readonly Stage[]): string[] {
  return stages.flatMap(({ instructions }) => [
    ...[...named(instructions, 'ENV'), ...named(instructions, 'ARG')]
      .flatMap(({ rest }) => rest.split(/\s+/).map((pair) => pair.split('=')[0] ?? ''))
      .filter((name) => SECRET.test(name))
      .map((name) => `${name} is readable by whoever has the image`),
    ...named(instructions, 'COPY')
      .filter(({ rest }) => /(^|[\s/])(\.env\b|id_rsa|\S+\.(pem|key|p12)\b)/.test(rest))
      .map(({ rest }) => `COPY ${rest}: is readable by whoever has the image`),
  ]);
}

function runsAsNobody({ instructions }: Stage): string[] {
  const user = named(instructions, 'USER').at(-1)?.rest;
  if (user === undefined) return ['runs as root: there is no USER'];
  if (!/^\d+(:\d+)?$/.test(user)) return [`USER ${user}: Kubernetes trusts numbers only`];
  return user.split(':').some((id) => Number(id) === 0) ? [`runs as root: USER ${user}`] : [];
}

function needsNoShell({ base, instructions }: Stage): string[] {
  const shellForms = ['RUN', 'CMD', 'ENTRYPOINT']
    .flatMap((name) => named(instructions, name))
    .filter(({ rest }) => execForm(rest) === null)
    .map(({ name, rest }) => `${name} ${rest}: wants a shell, and there is none`);
  return base === 'scratch' ? shellForms : [...shellForms, `FROM ${base}: has more than Node`];
}

/** What the build context holds by accident stays out. */
function comesFromStages({ instructions }: Stage): string[] {
  return named(instructions, 'COPY')
    .filter(({ rest }) => !rest.includes('--from='))
    .map(({ rest }) => `COPY ${rest}: into the image past all stages`);
}

function saysHowItIsWatchedAndStopped({ instructions }: Stage): string[] {
  const health = named(instructions, 'HEALTHCHECK').at(-1)?.rest;
  const command = /CMD\s+(.*)$/.exec(health ?? '')?.[1];
  const faults: string[] = [];
  if (command === undefined || execForm(command) === null)
    faults.push('nobody sees it hang: HEALTHCHECK');
  if (named(instructions, 'STOPSIGNAL').at(-1)?.rest !== 'SIGTERM') {
    faults.push('STOPSIGNAL: rooms move on SIGTERM');
  }
  if (named(instructions, 'ENTRYPOINT').length !== 1) faults.push('ENTRYPOINT: there is to be one');
  return faults;
}

function saysWhatItIs({ instructions }: Stage): string[] {
  const labels = named(instructions, 'LABEL').map(({ rest }) => rest);
  return LABELS.map((name) => `org.opencontainers.image.${name}`)
    .filter((name) => !labels.some((text) => text.includes(`${name}=`)))
    .map((name) => `LABEL ${name} is missing`);
}

function named(instructions: readonly Instruction[], name: string): readonly Instruction[] {
  return instructions.filter((it) => it.name === name);
}
