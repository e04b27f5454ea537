/**
 * Uploads a file with the driver in a process of its own: `put-client.ts URL SQL`. Prints the status of each file.
 *
 * A LOCAL_FS stage changes the process's umask, and expired credentials make the driver try for ever.
 */
import { connect } from "./wire/driver.ts";

const [, , url = "", ...statements] = process.argv;
const client = await connect(url);
for (const sql of statements) {
  const [row] = await client.run(sql);
  process.stdout.write(`${JSON.stringify(row)}\n`);
}
await client.close();
