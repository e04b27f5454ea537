import { readFileSync } from "node:fs";

const { ranges }: { ranges: [number, number][] } = JSON.parse(
  readFileSync(new URL("fixtures/wide-characters.json", import.meta.url), "utf8"),
);

/** How many columns Unicode gives to a text: two to what is wide, none to marks, one to all else. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (/[\p{Mn}\p{Me}\p{Cf}]/u.test(character)) continue;
    columns += ranges.some(([first, last]) => first <= code && code <= last) ? 2 : 1;
  }
  return columns;
}
