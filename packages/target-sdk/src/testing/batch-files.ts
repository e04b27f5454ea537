import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { isObject, parseSource } from "@chorale/singer";

const compress = promisify(gzip);

interface Group {
  readonly stream: string;
  readonly version: unknown;
  readonly records: string[];
}

/**
 * Turns runs of RECORD lines of one stream and version into BATCH lines, whose files of bare records are written to
 * `folder`: plain and gzipped in turn. All other lines stay as they are.
 */
export async function asBatches(lines: readonly string[], folder: string): Promise<readonly string[]> {
  const written: string[] = [];
  let group: Group | undefined;
  let files = 0;
  const close = async (): Promise<void> => {
    if (group === undefined) return;
    written.push(await writeBatch(group, { folder, ordinal: files }));
    files += 1;
    group = undefined;
  };
  for (const line of lines) {
    const message = recordOf(line);
    if (message === undefined || message.stream !== group?.stream || message.version !== group.version) {
      await close();
    }
    if (message === undefined) written.push(line);
    else if (group === undefined) group = { ...message, records: [message.record] };
    else group.records.push(message.record);
  }
  await close();
  return written;
}

function recordOf(line: string): { stream: string; version: unknown; record: string } | undefined {
  const message = parsed(line);
  if (!isObject(message) || message["type"] !== "RECORD") return undefined;
  const { stream, record, version } = message;
  if (typeof stream !== "string") return undefined;
  return {
    stream,
    version: version === undefined ? undefined : JSON.stringify(version),
    record: JSON.stringify(record),
  };
}

function parsed(line: string): unknown {
  try {
    return parseSource(line);
  } catch {
    return undefined;
  }
}

async function writeBatch(
  { stream, version, records }: Group,
  { folder, ordinal }: { folder: string; ordinal: number },
): Promise<string> {
  const gzipped = ordinal % 2 === 1;
  const bytes = Buffer.from(`${records.join("\n")}\n`);
  const path = join(folder, `batch-${ordinal}.jsonl${gzipped ? ".gz" : ""}`);
  await writeFile(path, gzipped ? await compress(bytes) : bytes);
  const versionText = typeof version === "string" ? `,"version":${version}` : "";
  return `{"type":"BATCH","stream":${JSON.stringify(stream)},"encoding":{"format":"jsonl","compression":"${
    gzipped ? "gzip" : "none"
  }"},"manifest":[${JSON.stringify(pathToFileURL(path).href)}]${versionText}}`;
}
