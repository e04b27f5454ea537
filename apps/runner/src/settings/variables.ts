import type { PlacedEnv } from "../project/model.ts";
import type { Place, Problem } from "../project/place.ts";
import { expand } from "./expand.ts";
import type { Surroundings } from "./resolved.ts";

/** A variable as it is found, and where. */
export interface Variable {
  readonly value: string;
  readonly origin: "runner" | "environment variable" | ".env" | "file";
  /** Of one that a file of the project sets. */
  readonly place: Place | undefined;
  /** The variables that a file says it with. */
  readonly variables: readonly string[];
}

/** The variables that a plugin's settings are read from and expanded with. */
export interface Variables {
  get(name: string): Variable | undefined;
  /** Every place that sets a variable, the strongest first. */
  sourcesOf(name: string): readonly Variable[];
  /** All of them but those that are only for expanding. */
  all(): ReadonlyMap<string, Variable>;
  /** Variables of `env` blocks that could not be expanded. */
  readonly problems: readonly Problem[];
}

/** An `env` of the project's files. */
export interface EnvBlock {
  readonly env: PlacedEnv;
  /** Whose it is, for messages: `tap-x`, `the project`. */
  readonly owner: string;
  /** Whether the plugin itself asked for it: what it names and nothing sets is then an error. */
  readonly isOwn: boolean;
}

/** What {@link createVariables} puts together. */
export interface VariableSources {
  readonly surroundings: Surroundings;
  /** The strongest first. */
  readonly blocks: readonly EnvBlock[];
  /** What the runner says of the run: it wins over everything. */
  readonly told: ReadonlyMap<string, string>;
  /** What texts of the project may name, and no process is given. */
  readonly onlyForExpanding: ReadonlyMap<string, string>;
  readonly isStrict: boolean;
}

/**
 * Puts variables together. The process environment wins over `.env`, and that over the blocks of the files: what
 * a deployment sets is never overruled by a file. Only a variable of a block that names itself, as in
 * `PATH: $PWD/bin:$PATH`, extends what was there.
 */
export function createVariables(sources: VariableSources): Variables {
  const table = new Table(sources);
  for (const block of [...sources.blocks].reverse()) table.add(block);
  return table;
}

class Table implements Variables {
  readonly problems: Problem[] = [];
  readonly #sources: VariableSources;
  readonly #blocks = new Map<string, Variable>();
  readonly #extended = new Map<string, Variable>();

  constructor(sources: VariableSources) {
    this.#sources = sources;
  }

  get(name: string): Variable | undefined {
    const { told, onlyForExpanding } = this.#sources;
    const value = told.get(name) ?? onlyForExpanding.get(name);
    if (value !== undefined) return variable(value, "runner");
    return this.sourcesOf(name)[0];
  }

  sourcesOf(name: string): readonly Variable[] {
    const { env, dotenv } = this.#sources.surroundings;
    const inProcess = Object.hasOwn(env, name) ? env[name] : undefined;
    const inFile = dotenv.get(name);
    return [
      this.#extended.get(name),
      inProcess === undefined ? undefined : variable(inProcess, "environment variable"),
      inFile === undefined ? undefined : variable(inFile, ".env"),
      this.#blocks.get(name),
    ].filter((found) => found !== undefined);
  }

  all(): ReadonlyMap<string, Variable> {
    const { surroundings, told } = this.#sources;
    const names = new Set([
      ...Object.keys(surroundings.env),
      ...surroundings.dotenv.keys(),
      ...this.#blocks.keys(),
      ...this.#extended.keys(),
      ...told.keys(),
    ]);
    return new Map(
      [...names].flatMap((name) => {
        const found = told.has(name) ? this.get(name) : this.sourcesOf(name)[0];
        return found === undefined ? [] : [[name, found] as const];
      }),
    );
  }

  add({ env, owner, isOwn }: EnvBlock): void {
    for (const [name, { value: text, place }] of env) {
      const { value, variables, unset } = expand(text, (other) => this.get(other)?.value);
      if (unset.length > 0 && this.#sources.isStrict) {
        this.#report({ message: `${owner}: env.${name}`, unset, place, isOwn });
        continue;
      }
      const found: Variable = { value: String(value ?? ""), origin: "file", place, variables };
      if (variables.includes(name)) this.#extended.set(name, found);
      else this.#blocks.set(name, found);
    }
  }

  #report(found: { message: string; unset: readonly string[]; place: Place; isOwn: boolean }): void {
    const { message, unset, place, isOwn } = found;
    this.problems.push({
      severity: isOwn ? "error" : "warning",
      message: `${message}: ${unsetText(unset)}`,
      place,
      suggestion: "Set it in the environment or in .env.",
    });
  }
}

function variable(value: string, origin: Variable["origin"]): Variable {
  return { value, origin, place: undefined, variables: [] };
}

/** Answers variables with all that files say them with. */
export function withReferences(names: readonly string[], variables: Variables): readonly string[] {
  const all = new Set(names);
  for (const name of all) for (const other of variables.get(name)?.variables ?? []) all.add(other);
  return [...all];
}

/** Says that variables are not set. */
export function unsetText(names: readonly string[]): string {
  const [only] = names;
  return names.length === 1
    ? `the variable ${only} is not set.`
    : `the variables ${names.join(", ")} are not set.`;
}
