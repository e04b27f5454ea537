import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { isJsonObject, isObject, type JsonObject } from "../json.ts";

/** One recorded answer of the real API. */
export interface Recording {
  readonly method: string;
  readonly path: string;
  /** The query as it was sent, without the question mark. */
  readonly query: string;
  readonly recorded_at: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject;
}

function isRecording(value: unknown): value is Recording {
  return (
    isObject(value) &&
    ["method", "path", "query", "recorded_at"].every((key) => typeof value[key] === "string") &&
    typeof value["status"] === "number" &&
    isObject(value["headers"]) &&
    isJsonObject(value["body"])
  );
}

/** Reads every `*.json` of a folder. Throws when there is none, or when one holds anything but recordings. */
export async function readRecordings(folder: string): Promise<Recording[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith(".json")).sort();
  if (files.length === 0) throw new Error(`${folder} holds no recordings. Name a folder with *.json files.`);
  const recordings: Recording[] = [];
  for (const file of files) {
    const parsed: unknown = JSON.parse(await readFile(join(folder, file), "utf8"));
    if (!Array.isArray(parsed) || !parsed.every(isRecording)) {
      throw new Error(`${join(folder, file)} is no array of recordings. Record it again.`);
    }
    recordings.push(...parsed);
  }
  return recordings;
}
