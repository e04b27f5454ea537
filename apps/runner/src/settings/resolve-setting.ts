import { isObject } from "@chorale/singer";
import type { SettingDefinition, SettingKind } from "../project/model.ts";
import type { Place, Problem } from "../project/place.ts";
import { cast, kindOf, processedBy } from "./cast.ts";
import { expand } from "./expand.ts";
import { nestConfig } from "./flat-config.ts";
import type { Candidate, ResolvedSetting } from "./resolved.ts";
import { isSensitive } from "./secret-names.ts";
import {
  candidatesOf,
  defaultCandidate,
  type Found,
  isWritten,
  pathsOf,
  rivalsOf,
  type Scope,
} from "./setting-layers.ts";
import { unsetText, withReferences } from "./variables.ts";

/** What settings of one plugin are resolved with. */
export interface SettingContext {
  readonly scope: Scope;
  readonly definitions: ReadonlyMap<string, SettingDefinition>;
  readonly isStrict: boolean;
  /** Whether the tap is not known yet: a target's `$MELTANO_EXTRACT_…` have no values then. */
  readonly lacksTap: boolean;
  readonly now: Date;
  readonly report: (problem: Problem) => void;
}

/** A setting that is looked for. */
interface Wanted {
  readonly name: string;
  readonly definition: SettingDefinition | undefined;
  readonly sensitive: boolean;
}

const setInRuns = /^MELTANO_(?:EXTRACT|EXTRACTOR)_/;

/** Resolves one setting: the first layer that has something wins, then it is expanded, and then cast. */
export function resolveSetting(name: string, context: SettingContext): ResolvedSetting {
  const definition = context.definitions.get(name);
  const wanted = { name, definition, sensitive: isSensitive(name, definition) };
  const candidates = [
    ...candidatesOf([name, ...(definition?.aliases ?? [])], context.scope),
    defaultCandidate(definition),
  ];
  reportRivals(wanted, candidates, context);
  const winner = candidates.find(isWritten);
  const parts = isCollecting(definition) ? partsOf(wanted, context) : [];
  if (parts.length > 0 && isOutranked(winner, parts))
    return putTogether(wanted, { candidates, parts }, context);
  return { ...wanted, ...winningValue(wanted, { winner, candidates }, context), candidates, parts: [] };
}

/** A definition for an object takes what is set below it. */
export function isCollecting(definition: SettingDefinition | undefined): boolean {
  return definition?.kind === "object" || (definition?.kind === undefined && isObject(definition?.value));
}

/** Single values of an object win over one that is inherited whole, or is the default. */
function isOutranked(winner: Candidate | undefined, parts: readonly ResolvedSetting[]): boolean {
  if (winner === undefined || winner.layer === "default") return true;
  return winner.layer === "inherited" && parts.some(({ winner: { layer } }) => layer !== "inherited");
}

function partsOf(
  { name, definition, sensitive }: Wanted,
  context: SettingContext,
): readonly ResolvedSetting[] {
  const prefixes = [name, ...(definition?.aliases ?? [])].map((each) => `${each}.`);
  return pathsOf(context.scope)
    .filter((path) => prefixes.some((prefix) => path.startsWith(prefix)) && !context.definitions.has(path))
    .map((path) => {
      const part = resolveSetting(path, context);
      return sensitive ? { ...part, sensitive } : part;
    })
    .filter(({ winner }) => isWritten(winner));
}

function putTogether(
  wanted: Wanted,
  { candidates, parts }: { candidates: readonly Candidate[]; parts: readonly ResolvedSetting[] },
  { now }: SettingContext,
): ResolvedSetting {
  const value = nestConfig(parts.map((part) => [pathBelow(wanted, part.name), part.value]));
  return {
    ...wanted,
    value: processed(value, wanted, now),
    candidates,
    winner: parts[0]?.winner ?? defaultCandidate(undefined),
    variables: [...new Set(parts.flatMap((part) => part.variables))],
    parts,
  };
}

function pathBelow({ name, definition }: Wanted, path: string): string {
  const prefix = [name, ...(definition?.aliases ?? [])].find((each) => path.startsWith(`${each}.`));
  return path.slice((prefix?.length ?? -1) + 1);
}

function winningValue(
  wanted: Wanted,
  { winner, candidates }: { winner: Found | undefined; candidates: readonly Found[] },
  context: SettingContext,
): Pick<ResolvedSetting, "value" | "winner" | "variables"> {
  if (winner === undefined)
    return { value: undefined, winner: defaultCandidate(wanted.definition), variables: [] };
  const expansion = winner.expands
    ? expand(winner.written, (name) => context.scope.variables.get(name)?.value)
    : { value: winner.written, variables: [], unset: [] };
  if (expansion.unset.length > 0) reportUnset(wanted, { winner, unset: expansion.unset }, context);
  const isMissing = expansion.unset.length > 0 && context.isStrict;
  const value = isMissing
    ? undefined
    : castValue(wanted, { value: expansion.value, winner, candidates }, context);
  const named = winner.expands || winner.name === undefined ? expansion.variables : [winner.name];
  const behind = withReferences(named, context.scope.variables);
  return { value, winner, variables: behind.filter((name) => winner.expands || name !== winner.name) };
}

function castValue(
  wanted: Wanted,
  { value, winner, candidates }: { value: unknown; winner: Found; candidates: readonly Found[] },
  context: SettingContext,
): unknown {
  const { definition } = wanted;
  const isCustom = definition === undefined;
  const kind = isCustom && !winner.expands ? inferredKind(candidates) : definition?.kind;
  const result = cast(value, { kind, options: definition?.options ?? [], now: context.now });
  if ("value" in result) return processed(result.value, wanted, context.now);
  const source = winner.name === undefined ? "the value" : winner.name;
  const shown = wanted.sensitive || typeof value === "object" ? "" : `: ${JSON.stringify(value)}`;
  context.report({
    severity: "error",
    message: `${titleOf(wanted, context)}: ${source} is not ${result.wanted}${shown}.`,
    place: placeOf(winner, context),
    suggestion: `Write ${result.wanted}.`,
  });
  return undefined;
}

/** A setting that is defined nowhere is what the files have it as. */
function inferredKind(candidates: readonly Found[]): SettingKind | undefined {
  return candidates
    .filter((found) => found.expands && isWritten(found))
    .map(({ written }) => kindOf(written))
    .at(0);
}

function processed(value: unknown, { definition }: Wanted, now: Date): unknown {
  return processedBy(
    processedBy(value, definition?.valueProcessor, now),
    definition?.valuePostProcessor,
    now,
  );
}

function reportRivals(wanted: Wanted, candidates: readonly Candidate[], context: SettingContext): void {
  const rivals = rivalsOf(candidates);
  if (rivals.length === 0) return;
  context.report({
    severity: "error",
    message: `${titleOf(wanted, context)}: ${rivals.join(" and ")} are both set, and are names of one setting.`,
    place: candidates.find((found) => found.name === rivals[0])?.place ?? context.scope.plugin.place,
    suggestion: "Keep one of them.",
  });
}

function reportUnset(
  wanted: Wanted,
  { winner, unset }: { winner: Found; unset: readonly string[] },
  context: SettingContext,
): void {
  if (winner.layer === "default") return;
  const isLater = context.lacksTap && unset.every((name) => setInRuns.test(name));
  if (isLater) return;
  context.report({
    severity: context.isStrict ? "error" : "warning",
    message: `${titleOf(wanted, context)}: ${unsetText(unset)}`,
    place: placeOf(winner, context),
    suggestion: "Set it in the environment or in .env.",
  });
}

function titleOf({ name }: Wanted, { scope }: SettingContext): string {
  return `${scope.plugin.name}.${name.startsWith("_") ? name.slice(1) : name}`;
}

function placeOf(winner: Candidate, { scope }: SettingContext): Place {
  return winner.place ?? scope.plugin.place;
}
