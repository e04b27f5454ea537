import { describe, expect, it } from "vitest";
import { lines, plugin, projectOf, values } from "./support.ts";

const tap = (text: string) =>
  `plugins:\n  extractors:\n    - name: tap-x\n${text.replaceAll(/^(?=.)/gm, "      ")}`;
const at = "plugins.extractors.tap-x";

describe("keys at the wrong indentation", () => {
  it.each([
    {
      name: "metadata below config",
      text: "config:\n  metadata:\n    '*': { replication-method: FULL_TABLE }",
      config: { "metadata.*.replication-method": "FULL_TABLE" },
      told: [
        `warning 5:9 ${at}.config.metadata is given to the tap as a setting, and nothing else reads it. Indent metadata: as much as config:.`,
      ],
    },
    {
      name: "select below config",
      text: "config:\n  select: [a.*]",
      config: { select: ["a.*"] },
      told: [
        `warning 5:9 ${at}.config.select is given to the tap as a setting, and nothing else reads it. Indent select: as much as config:.`,
      ],
    },
    {
      name: "a stream below config",
      text: "config:\n  users: { replication-key: id }",
      config: { "users.replication-key": "id" },
      told: [
        `warning 5:9 ${at}.config.users is given to the tap as a setting, and not as metadata of a stream. Put users: below metadata:, beside config:.`,
      ],
    },
    {
      name: "an extra with its underscore below config",
      text: "config:\n  _select: [a.*]",
      config: { _select: ["a.*"] },
      told: [
        `warning 5:9 ${at}.config._select: this is no setting of the plugin, but read all the same. Write select: beside config:.`,
      ],
    },
    {
      name: "streams beside metadata",
      text: "metadata:\nusers:\n  replication-method: FULL_TABLE",
      config: { _metadata: null, "_users.replication-method": "FULL_TABLE" },
      told: [
        `warning 5:7 ${at}.users stands beside metadata:, where nothing reads it. Indent users: below metadata:.`,
      ],
    },
    {
      name: "a method beside metadata",
      text: "metadata:\nreplication-method: FULL_TABLE",
      config: { _metadata: null, "_replication-method": "FULL_TABLE" },
      told: [
        `warning 5:7 ${at}.replication-method stands beside metadata:, where nothing reads it. Put replication-method: below metadata: and the name of a stream.`,
      ],
    },
    {
      name: "a method without its stream",
      text: "metadata:\n  users:\n  replication-method: FULL_TABLE",
      config: { "_metadata.users": null, "_metadata.replication-method": "FULL_TABLE" },
      told: [
        `warning 6:9 ${at}.metadata.replication-method is taken for a stream's name. Put the name of a stream, or '*':, above replication-method:.`,
      ],
    },
    {
      name: "select below metadata",
      text: "metadata:\n  '*': { selected: true }\n  select: [a.*]",
      config: { "_metadata.*.selected": true, "_metadata.select": ["a.*"] },
      told: [
        `warning 6:9 ${at}.metadata.select is taken for a stream's name. Indent select: as much as metadata:.`,
      ],
    },
    {
      name: "select that is a mapping of streams",
      text: "select:\n  users: { replication-method: FULL_TABLE }",
      config: { "_select.users.replication-method": "FULL_TABLE" },
      told: [
        `warning 4:7 ${at}.select is no list, so that it selects nothing and all streams are read. Put what stands below it below metadata:.`,
      ],
    },
    {
      name: "select without dashes",
      text: "select:\n  users.*:",
      config: { "_select.users.*": null },
      told: [
        `warning 4:7 ${at}.select is no list, so that it selects nothing and all streams are read. Begin each rule with "- ".`,
      ],
    },
    {
      name: "metadata that is right",
      text: "metadata:\n  users: { replication-method: FULL_TABLE, id: { selected: false } }\n  select: { selected: true }",
      config: {
        "_metadata.users.replication-method": "FULL_TABLE",
        "_metadata.users.id.selected": false,
        "_metadata.select.selected": true,
      },
      told: [],
    },
    {
      name: "a setting that is called metadata",
      text: "settings: [{ name: metadata }]\nconfig: { metadata: { a: 1 } }",
      config: { "metadata.a": 1 },
      told: [],
    },
  ])("are told of, and read as Meltano reads them: $name", async ({ text, config, told }) => {
    const project = await projectOf(tap(text));
    expect(lines(project.problems)).toEqual(told);
    expect(values(plugin(project, "tap-x").config)).toEqual(config);
  });

  it("are told of in environments, too", async () => {
    const project = await projectOf(`plugins: { extractors: [{ name: tap-x, settings: [{ name: select }] }] }
environments:
  - name: a
    config:
      plugins:
        extractors:
          - name: tap-x
            config: { metadata: {}, select: 1 }
            slect: []
`);
    const where = "environments.a.config.plugins.extractors.tap-x";
    expect(lines(project.problems)).toEqual([
      `warning 9:13 ${where}: nothing reads the key slect. Did you mean select?`,
      `warning 8:23 ${where}.config.metadata is given to the tap as a setting, and nothing else reads it. Indent metadata: as much as config:.`,
    ]);
  });

  it("are nobody's business in a target", async () => {
    const project = await projectOf(
      "plugins: { loaders: [{ name: t, config: { select: 1, metadata: { a: { selected: true } } } }] }",
    );
    expect(project.problems).toEqual([]);
  });
});
