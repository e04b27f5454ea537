import type { Place, Problem } from "./place.ts";

/** Collects what is wrong with a project while it is read, so that one pass tells all of it. */
export interface Problems {
  readonly list: readonly Problem[];
  error(message: string, at: Finding): void;
  warn(message: string, at: Finding): void;
}

/** Where something was found, and what to do about it. */
export interface Finding {
  readonly place: Place | undefined;
  readonly suggestion?: string | undefined;
}

/** Makes an empty collection. */
export function createProblems(): Problems {
  const list: Problem[] = [];
  const add =
    (severity: Problem["severity"]) =>
    (message: string, { place, suggestion }: Finding) => {
      list.push({ severity, message, place, suggestion });
    };
  return { list, error: add("error"), warn: add("warning") };
}

/** Answers `file:line:column`, as editors and terminals make links of it. */
export function placeText({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}

/** Answers a problem as one line: where, what, and what to do. */
export function problemText({ place, message, suggestion }: Problem): string {
  const where = place === undefined ? "" : `${placeText(place)}: `;
  return `${where}${message}${suggestion === undefined ? "" : ` ${suggestion}`}`;
}
