import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

it("loads what is heavy when it is used, and lets the process end", async () => {
  const program = fileURLToPath(new URL("programs/what-is-loaded.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--conditions=@chorale/source", "--no-warnings", program],
    { timeout: 20_000 },
  );
  expect(stdout.trim().split("\n")).toEqual([
    "import: ",
    "client: ",
    "request: got p-retry",
    "large body: got p-retry stream-json",
    "checked answer: ajv got p-retry stream-json",
  ]);
});
