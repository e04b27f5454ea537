import { describe, expect, it } from "vitest";
import { type AboutBasics, renderAbout, withoutSecretDefaults } from "../src/cli/index.ts";
import {
  alias,
  boolean,
  describe as described,
  object,
  oneOf,
  optional,
  refusedSetting,
  secret,
  string,
  withDefault,
} from "../src/index.ts";

const schema = object(
  {
    database: described(alias(string(), "dbname", "other_database"), "Where."),
    compat: withDefault(oneOf("none", "pipelinewise"), "none"),
    keys: withDefault(boolean(), false),
    token: optional(secret(string())),
    stream_maps: refusedSetting("Map them in `SQL`."),
  },
  { presets: { compat: { pipelinewise: { keys: true, token: "s3cr3t" }, none: { database: "d" } } } },
);
const about: AboutBasics = {
  name: "target-x",
  description: "Loads",
  version: "1.0.0",
  sdk_version: "2.0.0",
  supported_python_versions: [],
  capabilities: ["about"],
  settings: withoutSecretDefaults(schema.json),
};

describe("renderAbout", () => {
  it("shows other names, presets and what is not offered in markdown", () => {
    expect(renderAbout(about, "markdown")).toBe(`### Settings

| Setting | Required | Default | Description |
| --- | --- | --- | --- |
| \`database\` | yes |  | Where. Also \`dbname\`, \`other_database\`. |
| \`compat\` |  | \`"none"\` | One of \`none\`, \`pipelinewise\`. |
| \`keys\` |  | \`false\` |  |
| \`token\` |  |  | Secret. |

### Defaults that \`compat\` changes

| Setting | \`pipelinewise\` | \`none\` |
| --- | --- | --- |
| \`keys\` | \`true\` |  |
| \`database\` |  | \`"d"\` |

### Settings that are not offered

| Setting | Why, and what to do instead |
| --- | --- |
| \`stream_maps\` | Map them in \`SQL\`. |
`);
  });

  it("shows them as text", () => {
    expect(renderAbout(about, "text")).toBe(`target-x 1.0.0: Loads
SDK 2.0.0, capabilities about

Settings (* required):
  database* (TARGET_X_DATABASE): Where. Also dbname, other_database.
  compat (TARGET_X_COMPAT) ["none"]: One of none, pipelinewise.
  keys (TARGET_X_KEYS) [false]
  token (TARGET_X_TOKEN): Secret.

Defaults that compat changes:
  compat pipelinewise: keys true
  compat none: database "d"

Settings that are not offered:
  stream_maps: Map them in SQL.
`);
  });

  it("keeps them in JSON, without defaults of secrets", () => {
    const { settings } = JSON.parse(renderAbout(about, "json"));
    expect(settings).toMatchObject({
      required: ["database"],
      presets: { compat: { pipelinewise: { keys: true }, none: { database: "d" } } },
      properties: {
        database: { aliases: ["dbname", "other_database"] },
        stream_maps: { refused: "Map them in `SQL`." },
      },
    });
    expect(JSON.stringify(settings)).not.toContain("s3cr3t");
  });

  it("says nothing of what there is not", () => {
    const plain = object({ path: string() });
    expect(renderAbout({ ...about, settings: plain.json }, "markdown")).toBe(
      "### Settings\n\n| Setting | Required | Default | Description |\n| --- | --- | --- | --- |\n| `path` | yes |  |  |\n",
    );
  });
});
