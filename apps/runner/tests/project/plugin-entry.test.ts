import { describe, expect, it } from "vitest";
import { lines, plugin, projectOf, values } from "./support.ts";

const tap = (text: string) =>
  `plugins:\n  extractors:\n    - name: tap-x\n${text.replaceAll(/^(?=.)/gm, "      ")}`;

describe("a plugin", () => {
  it("has its values at their paths, with the place of each key", async () => {
    const project = await projectOf(
      tap(`config:
  plain: text
  nested:
    deep: { er: 1 }
    empty: {}
  list: [1, [2]]
  a\\.b: literal
  nothing:
  yes: on
  octal: 010
  day: 2020-01-01
  moment: 2020-01-01T00:00:00Z
  hour: 10:30
  date: "2020-01-01"
select:
  - users.* # all
  - "!users.email" # but this
metadata:
  "public.users": { replication-key: id, a.b: { selected: false } }
load_schema: raw
`),
    );
    const { config } = plugin(project, "tap-x");
    expect(values(config)).toEqual({
      plain: "text",
      "nested.deep.er": 1,
      "nested.empty": {},
      list: [1, [2]],
      "a\\.b": "literal",
      nothing: null,
      yes: "on",
      octal: 10,
      day: "2020-01-01",
      moment: "2020-01-01T00:00:00Z",
      hour: "10:30",
      date: "2020-01-01",
      _select: ["users.*", "!users.email"],
      "_metadata.public\\.users.replication-key": "id",
      "_metadata.public\\.users.a\\.b.selected": false,
      _load_schema: "raw",
    });
    expect(config.get("nested.deep.er")?.place).toEqual({ file: "meltano.yml", line: 7, column: 19 });
    expect(config.get("nothing")?.place).toEqual({ file: "meltano.yml", line: 11, column: 9 });
    expect(config.get("_select")).toMatchObject({
      place: { line: 18, column: 7 },
      items: [
        { file: "meltano.yml", line: 19, column: 11 },
        { file: "meltano.yml", line: 20, column: 11 },
      ],
    });
    expect(project.problems).toEqual([]);
  });

  // What Meltano makes of them: its reader follows YAML 1.2, and takes more numbers for numbers.
  it.each([
    ["yes", "yes"],
    ["Off", "Off"],
    ["n", "n"],
    ["True", true],
    ["tRue", "tRue"],
    ["NULL", null],
    ["nUll", "nUll"],
    ["0123", 123],
    ["-010", -10],
    ["0o10", 8],
    ["0o7_7", 63],
    ["0x1F", 31],
    ["-0x1_F", -31],
    ["0X1F", "0X1F"],
    ["0b11", 3],
    ["1_000", 1000],
    ["1_0.5", 10.5],
    ["_1", "_1"],
    ["1.e3", 1000],
    [".5", 0.5],
    [".e3", ".e3"],
    ["1.2.3", "1.2.3"],
    ["12:30:00", "12:30:00"],
    ["2020-01-02", "2020-01-02"],
    ["=", "="],
  ])("takes %s for %j", async (written, value) => {
    const project = await projectOf(tap(`config: {a: ${written}, list: [${written}]}\n`));
    expect(values(plugin(project, "tap-x").config)).toEqual({ a: value, list: [value] });
    expect(project.problems).toEqual([]);
  });

  it("reads its own definition", async () => {
    const project = await projectOf(
      tap(`namespace: tap_x
pip_url: git+https://example.com/tap-x
executable: ./bin/tap
variant: acme
label: X
docs: https://example.com
capabilities: [catalog, state]
settings:
  - name: token
    kind: password
    env: X_TOKEN
    aliases: [api_token]
    description: The token.
  - { name: mode, kind: options, value: a, options: [{ label: A, value: a }, b], value_processor: upcase_string }
  - { name: auth.key, sensitive: true, value_post_processor: stringify }
settings_group_validation: [[token], [auth.key, mode]]
commands:
  plain: run --all
  whole: { args: test, executable: other, description: Tests }
`),
    );
    expect(project.problems).toEqual([]);
    expect(plugin(project, "tap-x")).toMatchObject({
      namespace: "tap_x",
      pipUrl: "git+https://example.com/tap-x",
      executable: "./bin/tap",
      variant: "acme",
      capabilities: new Set(["catalog", "state"]),
      settings: [
        {
          name: "token",
          kind: "string",
          sensitive: true,
          env: "X_TOKEN",
          aliases: ["api_token"],
          description: "The token.",
        },
        {
          name: "mode",
          kind: "options",
          value: "a",
          options: ["a", "b"],
          valueProcessor: "upcase_string",
          sensitive: false,
        },
        {
          name: "auth.key",
          kind: undefined,
          sensitive: true,
          valuePostProcessor: "stringify",
          value: undefined,
        },
      ],
      settingsGroups: [["token"], ["auth.key", "mode"]],
      commands: new Map([
        [
          "plain",
          { args: "run --all", executable: undefined, place: { file: "meltano.yml", line: 21, column: 9 } },
        ],
        ["whole", { args: "test", executable: "other", place: { file: "meltano.yml", line: 22, column: 9 } }],
      ]),
      config: new Map(),
    });
  });

  it.each([
    {
      name: "selct",
      text: "selct: []",
      line: "warning 4:7 plugins.extractors.tap-x: nothing reads the key selct. Did you mean select?",
    },
    {
      name: "an unknown kind",
      text: "settings: [{ name: a, kind: strng }]",
      line: "warning 4:29 plugins.extractors.tap-x.settings[0].kind: there is no kind strng; the value is taken as it is. Did you mean string?",
    },
    {
      name: "a setting without a name",
      text: "settings: [{ kind: string }]",
      line: 'error 4:18 plugins.extractors.tap-x.settings[0] has no name. Write "- name: …".',
    },
    {
      name: "a group that is no list",
      text: "settings_group_validation: [a]",
      line: "error 4:35 plugins.extractors.tap-x.settings_group_validation has an entry that is no list. Write [first_setting, second_setting].",
    },
    {
      name: "a capability that is no text",
      text: "capabilities: [{}]",
      line: "error 4:22 plugins.extractors.tap-x.capabilities has an entry that is no text.",
    },
    {
      name: "a config that is a list",
      text: "config: [a]",
      line: "error 4:15 plugins.extractors.tap-x.config is no mapping. Write keys below it.",
    },
    {
      name: "an executable that is a list",
      text: "executable: [a]",
      line: "error 4:19 plugins.extractors.tap-x.executable is no text.",
    },
    {
      name: "a command that is a list",
      text: "commands: { a: [b] }",
      line: 'error 4:22 plugins.extractors.tap-x.commands.a is neither arguments nor a mapping with "args".',
    },
    {
      name: "a rule that is a mapping",
      text: "select: [a.*, { b: c }]",
      line: "error 4:21 plugins.extractors.tap-x.select: an entry is no rule. Write stream.property, and nothing below it.",
    },
    {
      name: "a rule that is empty",
      text: "select:\n  - a.*\n  -",
      line: "error 6:10 plugins.extractors.tap-x.select: an entry is no rule. Write stream.property, and nothing below it.",
    },
    {
      name: "a custom plugin without capabilities",
      text: "namespace: tap_x",
      line: "warning 3:7 plugins.extractors.tap-x is a custom plugin without capabilities: it gets no catalog and no state. Write capabilities: [catalog, discover, state].",
    },
    {
      name: "a key twice",
      text: "config: { a: 1, b: 2, a: 3 }",
      line: "error 4:29 a stands there twice, first in meltano.yml:4:17. Leave one of them out.",
    },
    {
      name: "a number with too many digits",
      text: "config: { id: 12345678901234567890 }",
      line: "error 4:21 a number has too many digits to be kept as it is. Put it in quotes.",
    },
  ])("tells of $name", async ({ text, line }) => {
    expect(lines((await projectOf(tap(text))).problems)).toEqual([line]);
  });

  it("leaves unknown keys alone", async () => {
    const project = await projectOf(tap("own_notes: [1]\nowner: { team: data }"));
    expect(project.problems).toEqual([]);
  });

  it("reads the mappings of a mapper", async () => {
    const project = await projectOf(
      "plugins: { mappers: [{ name: m, mappings: [{ name: a, config: { x: [1] } }, { name: b }, { name: a }, {}] }] }",
    );
    expect(values(plugin(project, "m", "mappers").mappings)).toEqual({ a: { x: [1] }, b: {} });
    expect(lines(project.problems)).toEqual([
      "error 1:92 plugins.mappers.m.mappings: a stands there twice, first in meltano.yml:1:46. Rename one.",
      'error 1:103 plugins.mappers.m.mappings: an entry has no "name". Write "name", or indent what belongs to the entry above.',
    ]);
  });
});
