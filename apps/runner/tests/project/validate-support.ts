import { commandLine } from "../command-line.ts";
import { type Files, folderWith, makeExecutable } from "./support.ts";

export const script = (body: string) => `#!/bin/sh\n${body}\n`;
const ok = script("exit 0");

/** A folder with programs in `bin/` that every test may use. */
export async function folder(main: string, files: Files = {}) {
  const programs = Object.keys(files).filter((name) => name.startsWith("bin/"));
  const root = await folderWith({ "meltano.yml": main, "bin/tap-ok": ok, "bin/target-ok": ok, ...files });
  await makeExecutable(root, "bin/tap-ok", "bin/target-ok", ...programs);
  return root;
}

export const executable = (name: string) => `name: ${name}, executable: ./bin/${name}`;
export const pair = `plugins:
  extractors: [{ ${executable("tap-ok")} }]
  loaders: [{ ${executable("target-ok")} }]
`;

export async function validate(main: string, argv: readonly string[] = [], files: Files = {}) {
  const cwd = await folder(main, files);
  return commandLine(["validate", ...argv], { cwd });
}
