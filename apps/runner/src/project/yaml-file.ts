import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { LineCounter, parseDocument } from "yaml";
import type { Place } from "./place.ts";
import type { Problems } from "./problems.ts";
import { yamlDialect } from "./yaml-dialect.ts";
import { type TreeNode, treeOf } from "./yaml-tree.ts";

/** Why a file cannot be read: at which place, or at none when it cannot even be opened. */
export interface Unreadable {
  readonly reason: string;
  readonly place: Place | undefined;
}

/** A file of a project. */
export interface SourceFile {
  /** The project's folder. */
  readonly root: string;
  /** Relative to it. */
  readonly file: string;
}

const maxBytes = 16 * 1024 * 1024;

/**
 * Reads a YAML file as Meltano does: with the words of YAML 1.2 (`yes` and `on` are texts, `010` is ten). Dates
 * stay texts. JSON is YAML, so lock files are read with it too. What is wrong within a readable file goes to
 * `problems`.
 */
export async function readYaml(source: SourceFile, problems: Problems): Promise<TreeNode | Unreadable> {
  let bytes: Buffer;
  try {
    bytes = await readFile(join(source.root, source.file));
  } catch (error) {
    return { reason: messageOf(error), place: undefined };
  }
  if (bytes.length > maxBytes) return { reason: `it is larger than ${maxBytes} bytes`, place: undefined };
  return parseYaml(bytes, { file: source.file, problems });
}

/** Whether a file was read. */
export function isTree(result: TreeNode | Unreadable): result is TreeNode {
  return "kind" in result;
}

/** Reads the bytes of a YAML file, as {@link readYaml} does. */
export function parseYaml(
  bytes: Uint8Array,
  { file, problems }: { file: string; problems: Problems },
): TreeNode | Unreadable {
  const text = new TextDecoder().decode(bytes);
  if (!isUtf8(bytes)) return { reason: "it is no UTF-8 text", place: firstBadPlace(text, file) };
  const lineCounter = new LineCounter();
  const placeAt = (offset: number): Place => {
    const { line, col } = lineCounter.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  try {
    const document = parseDocument(text, {
      ...yamlDialect,
      prettyErrors: false,
      lineCounter,
    });
    const [error] = document.errors;
    if (error !== undefined) return { reason: withoutQuotes(error.message), place: placeAt(error.pos[0]) };
    for (const warning of document.warnings)
      problems.warn(`YAML: ${withoutQuotes(warning.message)}.`, {
        place: placeAt(warning.pos[0]),
        suggestion: 'Put a text that begins with "!" in quotes.',
      });
    return treeOf(document.contents, { placeAt, problems });
  } catch (error) {
    const reason = error instanceof RangeError ? "it is nested too deeply" : messageOf(error);
    return { reason, place: { file, line: 1, column: 1 } };
  }
}

/** The parser quotes what it stumbles over, and that may be a secret. */
function withoutQuotes(message: string): string {
  return message.replace(/(: | %).*$/s, "");
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function firstBadPlace(text: string, file: string): Place {
  const before = text.slice(0, text.indexOf("\uFFFD")).split("\n");
  return { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
