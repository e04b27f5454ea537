import { object, string } from "@chorale/singer";
import { runTapCli } from "../../src/cli/index.ts";
import { Checkpoint, defineRestClient, defineTap } from "../../src/index.ts";

const config = object({ base_url: string() });
const client = defineRestClient({ config, baseUrl: ({ base_url }) => base_url });

/** Two pages of one row; whoever stops in between says farewell. */
const whole = client.customStream({
  name: "whole",
  schema: object({ id: string() }),
  keyProperties: ["id"],
  keepsPosition: true,
  replacesTable: true,
  async *records({ http, position }) {
    let isDone = false;
    try {
      for (let page = Number(position["page"] ?? 0); page < 2; page += 1) {
        await http.request("GET", `rows/${page}`);
        yield { id: `row ${page}` };
        yield new Checkpoint({ page: page + 1 });
      }
      isDone = true;
    } finally {
      if (!isDone) await http.request("DELETE", "job", { outlivesRunSeconds: 1 });
    }
  },
});

process.exitCode = await runTapCli(
  defineTap({
    name: "tap-stopping",
    package: new URL("../../package.json", import.meta.url),
    description: "Is stopped",
    config,
    streams: [whole],
  }),
);
