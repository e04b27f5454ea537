import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "@chorale/singer";
import { connectSnowflake } from "../src/connection.ts";
import { Uploads } from "../src/uploads.ts";
import { loaderSettings, snowflakeConfig } from "./snowflake-settings.ts";

// Asks a statement, uploads a file, and prints what came back. It is to end by itself.
const [url = "", sql = "", outcome = "ok"] = process.argv.slice(2);
// An upload that is to end well has all the time it needs.
const patience = { put_timeout_seconds: outcome === "ok" ? 20 : 1, retries: 0 };
const config = await snowflakeConfig({ ...loaderSettings(url), ...patience });
const { signal } = new AbortController();
const log = silentLogger;
const connection = await connectSnowflake(config, { log, signal, purpose: "load" });
const { rows } = await connection.execute({ sql });
await connection.close();

const tempDir = await mkdtemp(join(tmpdir(), "chorale-child-"));
const uploads = new Uploads({ config, log, signal, stage: "~", tempDir });
const path = join(tempDir, "spool");
await writeFile(path, "{}\n");
const uploading = uploads.upload({ path, name: "chorale/0001.json", bytes: 3 });
const uploaded = await uploading.then(
  () => "ok",
  (error: unknown) => (error instanceof Error ? error.name : "unknown"),
);
await uploads.close();
if (uploaded !== outcome) throw new Error(`the upload ended as ${uploaded}`);
process.stdout.write(JSON.stringify(rows));
