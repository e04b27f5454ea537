import { targetSnowflake } from "../src/index.ts";
import { logLines } from "./log-lines.ts";

// Loads lines, and prints what was warned of. The conditions of a test runner make the driver fail at timestamps.
const [settings = "{}", ...lines] = process.argv.slice(2);
const log = logLines();
async function* input(): AsyncGenerator<Uint8Array> {
  for (const line of lines) yield Buffer.from(`${line}\n`);
}
await targetSnowflake.run(input(), { config: JSON.parse(settings), log });
process.stdout.write(JSON.stringify(log.lines.filter(({ level }) => level === "warn")));
