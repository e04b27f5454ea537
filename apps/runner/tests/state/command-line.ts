import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CommandEnd, commandLine as runCommandLine } from "../command-line.ts";
import { tempFolder } from "../store/temp-folder.ts";

export interface CommandLine {
  readonly root: string;
  readonly run: (words: readonly string[], stdin?: string) => Promise<CommandEnd>;
  readonly write: (name: string, text: string) => void;
}

/** A project folder with command lines in it. */
export function commandLine(projectFile = "version: 1\n"): CommandLine {
  const root = tempFolder();
  writeFileSync(join(root, "chorale.yml"), projectFile);
  return {
    root,
    run: (words, stdin = "") => runCommandLine(words, { cwd: root, stdin }),
    write(name, text) {
      mkdirSync(join(root, name, ".."), { recursive: true });
      writeFileSync(join(root, name), text);
    },
  };
}
