import { JsonScanner } from "./json-scanner.ts";

/** Answers the items of an array, each as it stood there. The text must be valid. */
export function arrayItems(document: Buffer): readonly string[] {
  return parts(document, 1).map(({ value }) => value);
}

/** Leaves out object members and array items that are null, at all depths. The text must be valid. */
export function withoutNulls(text: string): string {
  const first = text.charAt(0);
  if (first !== "{" && first !== "[") return text;
  const kept = parts(Buffer.from(text), 1)
    .filter(({ value }) => value !== "null")
    .map(({ name, value }) => `${name}${withoutNulls(value)}`);
  return `${first}${kept.join(",")}${first === "{" ? "}" : "]"}`;
}

/** Keeps the last of an object's members of one name, at all depths. The text must be valid. */
export function withoutDuplicates(text: string): string {
  const first = text.charAt(0);
  if (first !== "{" && first !== "[") return text;
  const found = parts(Buffer.from(text), 1);
  const last = new Map(
    found.map(({ name, value }, index) => [name === "" ? index : nameText(name), { name, value }]),
  );
  const kept = [...last.values()].map(({ name, value }) => `${name}${withoutDuplicates(value)}`);
  return `${first}${kept.join(",")}${first === "{" ? "}" : "]"}`;
}

function nameText(name: string): string {
  return String(JSON.parse(name.slice(0, -1)));
}

interface Part {
  /** A member's name with its colon; nothing for an item. */
  readonly name: string;
  readonly value: string;
}

/** Cuts an object or an array into its parts. */
function parts(document: Buffer, from: number): readonly Part[] {
  const scanner = new JsonScanner(document, { allowDuplicates: true });
  const isObject = document[0] === 0x7b;
  const found: Part[] = [];
  for (let at = scanner.afterSpace(from); at < document.length - 1; ) {
    const nameEnd = isObject ? scanner.endOf(at) : at;
    const name = isObject ? `${document.toString("utf8", at, nameEnd)}:` : "";
    const start = isObject ? scanner.afterSpace(scanner.afterSpace(nameEnd) + 1) : at;
    const end = scanner.endOf(start);
    found.push({ name, value: document.toString("utf8", start, end) });
    at = scanner.afterSpace(scanner.afterSpace(end) + 1);
  }
  return found;
}
