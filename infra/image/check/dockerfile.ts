// A Dockerfile as data, as far as the policies look at it. Reference: https://docs.docker.com/reference/dockerfile/

export interface Instruction {
  /** In capitals, e.g. `COPY`. */
  readonly name: string;
  /** The rest, its lines joined. */
  readonly rest: string;
}

export interface Stage {
  /** As written after FROM, with ARGs that stand before all stages filled in. */
  readonly base: string;
  /** What others may call it. */
  readonly name: string | null;
  readonly instructions: readonly Instruction[];
}

export function parseDockerfile(text: string): readonly Stage[] {
  const defaults = new Map<string, string>();
  const stages: (Stage & { readonly instructions: Instruction[] })[] = [];
  for (const instruction of instructionsOf(text)) {
    const { name, rest } = instruction;
    const stage = stages.at(-1);
    if (name === 'FROM') stages.push(stageOf(rest, defaults));
    else if (stage !== undefined) stage.instructions.push(instruction);
    else if (name === 'ARG') {
      const [key = '', value = ''] = rest.split('=', 2);
      defaults.set(key, value);
    }
  }
  return stages;
}

/** The words of an exec form (`["node", "x"]`), or null: a shell would read it. */
export function execForm(rest: string): readonly string[] | null {
  try {
    const words: unknown = JSON.parse(rest);
    return Array.isArray(words) ? words.map(String) : null;
  } catch {
    // Plain words are no JSON.
    return null;
  }
}

function instructionsOf(text: string): readonly Instruction[] {
  return text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .join('\n')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .flatMap((line) => {
      const found = /^\s*([A-Za-z]+)\s+(.*?)\s*$/.exec(line);
      const [, name = '', rest = ''] = found ?? [];
      return found === null ? [] : [{ name: name.toUpperCase(), rest }];
    });
}

function stageOf(rest: string, defaults: ReadonlyMap<string, string>) {
  const [image = '', , name = null] = rest.split(/\s+/);
  const base = image.replace(/\$\{?(\w+)\}?/g, (_, key: string) => defaults.get(key) ?? '');
  return { base, name, instructions: [] };
}
