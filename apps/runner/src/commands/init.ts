import { join, resolve } from "node:path";
import type { Command } from "commander";
import type { CommandContext } from "./command-context.ts";

/** Adds `init`: it makes a project that runs as soon as its credentials are filled in. */
export function addInitCommand(program: Command, context: CommandContext): void {
  program
    .command("init")
    .description("make a project: chorale.yml, .env.example and lines for .gitignore")
    .argument("[folder]", "where to make it (default: here)")
    .action(async (folder: string | undefined) => {
      await makeProject(context, resolve(context.cwd, folder ?? "."));
    });
}

const projectFile = `# What is run, into what, and when. Values with a $ come from the environment, or from .env.
default_environment: dev
environments:
  - name: dev
  - name: prod
plugins:
  extractors:
    - name: tap-zendesk
      config:
        subdomain: $ZENDESK_SUBDOMAIN
        client_id: $ZENDESK_CLIENT_ID
        client_secret: $ZENDESK_CLIENT_SECRET
        start_date: "2024-01-01T00:00:00Z"
      # Which streams and properties are read; "!" leaves out, wherever it stands.
      select:
        - tickets.*
        - users.*
        - organizations.*
        - "!users.phone"
  loaders:
    - name: target-duckdb
      config:
        path: warehouse.duckdb
jobs:
  - name: zendesk
    tasks:
      - tap-zendesk target-duckdb
schedules:
  # Minute, hour, day, month, weekday; in UTC.
  - name: zendesk-daily
    job: zendesk
    interval: 0 4 * * *
`;

const exampleLines = [
  "# Copy this file to .env, and fill it in there.",
  "ZENDESK_SUBDOMAIN=acme",
  "ZENDESK_CLIENT_ID=an-oauth-client",
  "ZENDESK_CLIENT_SECRET=its-secret",
];

async function makeProject({ stdout }: CommandContext, folder: string): Promise<void> {
  const { mkdir, writeFile } = await import("node:fs/promises");
  const { runError } = await import("../exit-codes.ts");
  const { addLines, textOfFile } = await import("./write-file.ts");
  for (const name of ["chorale.yml", "meltano.yml"]) {
    if ((await textOfFile(join(folder, name))) === undefined) continue;
    throw runError("usage", `${join(folder, name)}: there is a project already. Name another folder.`);
  }
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "chorale.yml"), projectFile, { flag: "wx" });
  await addLines(join(folder, ".env.example"), exampleLines);
  await addLines(join(folder, ".gitignore"), [".env", ".chorale/"]);
  stdout(`${join(folder, "chorale.yml")} is made. Next, in that folder:
  npm install --save-dev @chorale/runner @chorale/tap-zendesk @chorale/target-duckdb
  cp .env.example .env     # and fill it in
  npx chorale validate
  npx chorale run zendesk
`);
}
