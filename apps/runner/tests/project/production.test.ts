import { copyFile, cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { blocksOf } from "../../src/project/blocks.ts";
import { readProject } from "../../src/project/read-project.ts";
import { validateProject } from "../../src/project/validate.ts";
import { readSurroundings } from "../../src/settings/surroundings.ts";
import { folderWith, lines, plugin, values } from "./support.ts";

const production = fileURLToPath(new URL("../fixtures/production", import.meta.url));

async function opened(change: (text: string) => string = (text) => text) {
  const root = await folderWith({});
  await cp(production, root, { recursive: true });
  await copyFile(join(root, "production.env"), join(root, ".env"));
  const file = join(root, "meltano.yml");
  await writeFile(file, change(await readFile(file, "utf8")));
  const surroundings = await readSurroundings({ env: { PATH: "/nowhere" }, envFile: undefined, root });
  return { project: await readProject({ file, environment: undefined, surroundings }), surroundings };
}

const lineOf = async (part: string) =>
  (await readFile(join(production, "meltano.yml"), "utf8"))
    .split("\n")
    .findIndex((line) => line.includes(part)) + 1;

describe("a project file as a data team has it", () => {
  it("is read without an error, and its three slips are told with their lines", async () => {
    const { project } = await opened();
    expect(lines(project.problems)).toEqual([
      `warning ${await lineOf("metadata: # two")}:9 plugins.extractors.tap-zengrc.config.metadata is given to the tap as a setting, and nothing else reads it. Indent metadata: as much as config:.`,
      `warning ${await lineOf("      xc_period:")}:7 plugins.extractors.tap-xactly.xc_period stands beside metadata:, where nothing reads it. Indent xc_period: below metadata:.`,
      `warning ${await lineOf("      xc_plan:")}:7 plugins.extractors.tap-xactly.xc_plan stands beside metadata:, where nothing reads it. Indent xc_plan: below metadata:.`,
    ]);
    expect(project.environment).toBe("prod");
    expect([...project.schedules.values()].map(({ name, cron }) => [name, cron])).toEqual([
      ["zendesk", "0 4 * * *"],
      ["zendesk-community-relations", "0 5 * * *"],
      ["zengrc", "0 */8 * * *"],
      ["xactly", "0 0 * * *"],
      ["xactly-second-try", "0 5 * * *"],
      ["adaptive", "0 0 * * *"],
      ["gitlab-to-snowflake", undefined],
    ]);
  });

  it("has hundreds of rules with comments behind them, and each with its place", async () => {
    const { project } = await opened();
    const select = plugin(project, "tap-zendesk").config.get("_select");
    const rules = Array.isArray(select?.value) ? select.value : [];
    expect(rules.length).toBeGreaterThan(250);
    expect(rules.filter((rule) => /[#\s]/.test(rule))).toEqual([]);
    expect(rules.filter((rule) => rule.startsWith("!"))).toContain("!users.phone");
    const index = rules.indexOf("ticket_audits.events");
    expect(select?.items?.[index]?.line).toBe(await lineOf("- ticket_audits.events"));
  });

  it("puts its plugins together", async () => {
    const { project } = await opened();
    const child = plugin(project, "tap-zendesk--community-relations");
    expect(child.parent).toBe(plugin(project, "tap-zendesk"));
    expect(child.namespace).toBe("tap_zendesk__community_relations");
    expect(child.config.get("email")).toEqual({
      value: "$TAP_ZENDESK_COMMUNITY_RELATIONS_EMAIL",
      place: { file: "meltano.yml", line: await lineOf("$TAP_ZENDESK_COMMUNITY_RELATIONS_EMAIL"), column: 9 },
    });
    expect(plugin(project, "tap-adaptive").settings).toMatchObject([
      { name: "username", sensitive: false },
      { name: "password", sensitive: true, kind: "string" },
    ]);
    const edcast = plugin(project, "target-snowflake--edcast", "loaders");
    expect(values(edcast.config)).toEqual({ default_target_schema: "TAP_ZENDESK" });
    expect(edcast).toMatchObject({ executable: "target-snowflake", variant: "transferwise" });
    const pairs = blocksOf(project, [...project.jobs.keys()]).flatMap(({ blocks }) =>
      blocks.map((block) => (block.kind === "pipeline" ? `${block.tap.name} ${block.target.name}` : "?")),
    );
    expect(pairs).toEqual([
      "tap-zendesk target-snowflake--edcast",
      "tap-zendesk--community-relations target-snowflake--community-relations",
      "tap-zengrc target-snowflake--zengrc",
      "tap-xactly target-snowflake--xactly",
      "tap-adaptive target-snowflake--adaptive",
    ]);
  });

  it("lacks nothing but its programs", async () => {
    const { project, surroundings } = await opened();
    const { problems } = await validateProject(project, { surroundings, names: [] });
    const errors = lines(problems.filter(({ severity }) => severity === "error"));
    expect(errors.filter((line) => !line.includes("was not found"))).toEqual([]);
    expect(
      errors.some((line) =>
        line.includes("tap-zendesk: the program tap-zendesk was not found. Install it: python3 -m venv"),
      ),
    ).toBe(true);
    expect(errors).toHaveLength(6 + 6);
    expect(lines(problems).filter((line) => line.startsWith("warning"))).toHaveLength(3 + 1 + 1 + 5);
  });

  it("tells of a variable that is not set, and of the account that a child would take over", async () => {
    const unset = await opened((text) =>
      text.replace("$TAP_ZENDESK_COMMUNITY_RELATIONS_EMAIL", "$NOT_SET_EMAIL"),
    );
    const found = await validateProject(unset.project, { ...unset, names: ["zendesk-community-relations"] });
    expect(lines(found.problems).filter((line) => line.includes("NOT_SET_EMAIL"))).toHaveLength(1);
    const gone = await opened((text) => text.replace(/\n.*\$TAP_ZENDESK_COMMUNITY_RELATIONS_API_TOKEN/, ""));
    const inherited = await validateProject(gone.project, {
      ...gone,
      names: ["tap-zendesk--community-relations"],
    });
    expect(lines(inherited.problems)).toContainEqual(expect.stringMatching(/api_token.*tap-zendesk/));
  });
});
