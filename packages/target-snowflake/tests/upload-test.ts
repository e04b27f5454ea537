import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import type { SnowflakeOptions, SnowflakeSandbox } from "@chorale/sandbox";
import { expect, onTestFinished } from "vitest";
import { type UploadFile, Uploads, type UploadsOptions } from "../src/uploads.ts";
import { type LogLines, logLines } from "./log-lines.ts";
import { loaderSettings, snowflakeConfig } from "./snowflake-settings.ts";
import { standIn } from "./stand-in.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export const encrypted = '"RAW"."PUBLIC"."ENCRYPTED"';
export const plain = '"RAW"."PUBLIC"."PLAIN"';

export const patience = { timeout: 15_000, interval: 10 };

/** A stand-in with stages. */
export async function withStages(options: SnowflakeOptions = {}): Promise<SnowflakeSandbox> {
  const snowflake = await standIn(options);
  await snowflake.query(`CREATE STAGE ${encrypted}`);
  await snowflake.query(`CREATE STAGE ${plain} ENCRYPTION = (TYPE = 'SNOWFLAKE_SSE')`);
  return snowflake;
}

export interface UploadTest {
  readonly uploads: Uploads;
  readonly log: LogLines;
  readonly folder: string;
  /** Makes a file as the spool does: without an ending. */
  file(name: string, content?: string | Buffer): Promise<UploadFile & { readonly content: Buffer }>;
}

export async function uploadTest(
  snowflake: Pick<SnowflakeSandbox, "url">,
  settings: Readonly<Record<string, unknown>> = {},
  options: Partial<UploadsOptions> = {},
): Promise<UploadTest> {
  const folder = options.tempDir ?? (await temporaryFolder());
  const log = logLines();
  const config = await snowflakeConfig({ ...loaderSettings(snowflake.url), ...settings });
  const signal = new AbortController().signal;
  const uploads = new Uploads({ config, log, signal, stage: "~", tempDir: folder, ...options });
  onTestFinished(() => uploads.close());
  return {
    uploads,
    log,
    folder,
    async file(name, content = `{"type":"RECORD","stream":"users","record":{"name":"${name}"}}\n`) {
      const bytes = zstdCompressSync(content);
      const path = join(folder, `spool-${name.replaceAll("/", "-")}`);
      await writeFile(path, bytes);
      return { path, name: `chorale/users/b1/${name}.json.zst`, bytes: bytes.length, content: bytes };
    },
  };
}

export async function problemOf(promise: Promise<unknown>): Promise<Error> {
  const problem: unknown = await promise.then(
    () => expect.fail("it should have failed"),
    (error: unknown) => error,
  );
  if (!(problem instanceof Error)) return expect.fail("no error was thrown");
  return problem;
}

export function putsOf(snowflake: SnowflakeSandbox): readonly string[] {
  return snowflake.statements.map(({ sql }) => sql).filter((sql) => sql.startsWith("PUT"));
}

export async function stagedNames(snowflake: SnowflakeSandbox): Promise<readonly string[]> {
  return (await snowflake.stagedFiles()).map(({ path }) => path);
}
