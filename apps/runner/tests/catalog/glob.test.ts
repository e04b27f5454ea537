import { readFileSync } from "node:fs";
import { globMatcher } from "@chorale/singer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

interface Facts {
  about: string;
  facts: [pattern: string, text: string, matches: boolean][];
}

const { facts }: Facts = JSON.parse(
  readFileSync(new URL("fixtures/fnmatch-facts.json", import.meta.url), "utf8"),
);

/** Python's fnmatch, said once more in another way: as a regular expression. */
function reference(pattern: string): RegExp {
  let source = "";
  for (let index = 0; index < pattern.length; index += 1) {
    const character = pattern[index] ?? "";
    // A bracket that stands first is a member, so that a set is never empty.
    const set = /^\[(?:(!)|(?!!))(\][^\]]*|[^\]]+)\]/.exec(pattern.slice(index));
    if (character === "[" && set !== null) {
      source += setSource({ negated: set[1] === "!", members: set[2] ?? "" });
      index += set[0].length - 1;
    } else if (character === "*") source += ".*";
    else if (character === "?") source += ".";
    else source += escaped(character);
  }
  return new RegExp(`^(?:${source})$`, "su");
}

function setSource({ negated, members }: { negated: boolean; members: string }): string {
  let inner = "";
  for (let index = 0; index < members.length; index += 1) {
    const from = members[index] ?? "";
    const to = members[index + 1] === "-" ? members[index + 2] : undefined;
    if (to !== undefined) index += 2;
    if (to !== undefined && from > to) continue;
    inner += to === undefined ? escaped(from) : `${escaped(from)}-${escaped(to)}`;
  }
  if (inner === "") return negated ? "." : "(?!)";
  return `[${negated ? "^" : ""}${inner}]`;
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

describe("globs", () => {
  it("are those of Python in every fact", () => {
    expect(facts.length).toBe(600);
    const wrong = facts.filter(([pattern, text, matches]) => globMatcher(pattern)(text) !== matches);
    expect(wrong).toEqual([]);
    expect(facts.filter(([pattern, text, matches]) => reference(pattern).test(text) !== matches)).toEqual([]);
  });

  it("are those of Python for whatever pattern", () => {
    const piece = fc.constantFrom(..."ab.-!^]\\_*?[", "[a-c]", "[!", "[!b]", "[]", "[c-a]", "**", "é");
    const pattern = fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join(""));
    const text = fc.array(fc.constantFrom(..."abc.-!^]\\_[\né"), { maxLength: 7 }).map((all) => all.join(""));
    fc.assert(
      fc.property(pattern, text, (glob, name) => {
        expect(globMatcher(glob)(name)).toBe(reference(glob).test(name));
      }),
      { numRuns: 3000 },
    );
  });
});
