import { type AboutFormat, markdownCode, markdownTable, renderAbout } from "@chorale/singer/cli";
import type { About } from "../about.ts";
import type { TargetCommandName } from "../commands.ts";

const descriptions: Readonly<Record<TargetCommandName, string>> = {
  check: "Prints what a run needs, whether it is there, and what to do about it.",
  initialize: "Prints a script that makes what a run needs.",
  "dry-run": "Prints the SQL that a run would send; nothing is changed and no state is printed.",
};

/** Writes what a target is for a person, for a program, or for its README: tables alone. */
export function renderTarget(about: About, format: AboutFormat): string {
  const { commands = [] } = about;
  if (commands.length === 0) return renderAbout(about, format);
  const rows = commands.map((name) => [markdownCode(`--${name}`), descriptions[name]]);
  return renderAbout(about, format, {
    text: ["", "Commands:", ...commands.map((name) => `  --${name}: ${descriptions[name]}`)],
    markdown: [markdownTable("Commands", [["Option", "What it does"], ...rows])],
  });
}
