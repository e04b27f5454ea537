import {
  createSchemaCompiler,
  date,
  dateTime,
  integer,
  nullable,
  number,
  object,
  string,
  union,
} from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { tapZengrc } from "../src/index.ts";
import { recordNormalizer } from "../src/record-normalizer.ts";
import { withAccount } from "./support/account.ts";
import { runWell } from "./support/run-tap.ts";
import { withScript } from "./support/scripted-server.ts";

const { json } = object({
  id: integer(),
  at: nullable(dateTime()),
  day: nullable(date()),
  text: nullable(string()),
  any: nullable(object({})),
  drifting: nullable(union(string(), number())),
});
const normalize = recordNormalizer(json);

describe("a moment", () => {
  it.each([
    ["2024-06-06T11:05:05Z", "2024-06-06T11:05:05Z"],
    ["2024-06-06T11:05:05.123456+02:00", "2024-06-06T11:05:05.123456+02:00"],
    ["2024-06-06T11:05:05", "2024-06-06T11:05:05Z"],
    ["2024-06-06 11:05:05", "2024-06-06T11:05:05Z"],
    ["2024-06-06 11:05:05.5 UTC", "2024-06-06T11:05:05.5Z"],
    ["2024-06-06 11:05:05,5", "2024-06-06T11:05:05.5Z"],
    ["2024-06-06t11:05:05z", "2024-06-06T11:05:05Z"],
    ["2024-06-06T11:05:05-0430", "2024-06-06T11:05:05-04:30"],
    ["2024-06-06T11:05:05+02", "2024-06-06T11:05:05+02:00"],
    ["2024-06-06T11:05", "2024-06-06T11:05:00Z"],
    ["2024-06-06T11:05+02:00", "2024-06-06T11:05:00+02:00"],
    ["2024-06-06", "2024-06-06T00:00:00Z"],
    ["", null],
    [null, null],
    ["tomorrow", "tomorrow"],
    ["2024-06-06T11:05:05 CET", "2024-06-06T11:05:05 CET"],
    [1_717_672_000, 1_717_672_000],
  ])("of %j becomes %j", (at, spelled) => {
    expect(normalize({ id: 1, at })).toEqual({ id: 1, at: spelled });
  });
});

describe("a day", () => {
  it.each([
    ["2024-06-06", "2024-06-06"],
    ["2024-06-06T00:00:00Z", "2024-06-06"],
    ["2024-06-06 23:59:59", "2024-06-06"],
    ["", null],
    [null, null],
    ["06/06/2024", "06/06/2024"],
  ])("of %j becomes %j", (day, spelled) => {
    expect(normalize({ id: 1, day })).toEqual({ id: 1, day: spelled });
  });
});

describe("a text", () => {
  it.each([
    ["", ""],
    ["<p>a</p>", "<p>a</p>"],
    [7, "7"],
    [true, "true"],
    [{ a: [1] }, '{"a":[1]}'],
    [null, null],
  ])("of %j becomes %j", (text, spelled) => {
    expect(normalize({ id: 1, text })).toEqual({ id: 1, text: spelled });
  });
});

it("leaves a record alone that needs no change, and what is in a column of JSON", () => {
  const record = {
    id: 1,
    at: "2024-06-06T11:05:05Z",
    day: null,
    any: { at: "", text: 1 },
    drifting: 7,
    other: "",
  };
  expect(normalize(record)).toBe(record);
  const changed = normalize({ ...record, day: "", any: record.any });
  expect(changed).toEqual(record);
  expect(changed["any"]).toBe(record.any);
});

describe("custom_attributes", () => {
  const value = {
    "12": { id: 12, title: "Weighting", value: 8 },
    "66": { id: 66, title: "Category", value: ["a", { deep: null }] },
    "104": { id: 104, title: "Übung", value: "Effective" },
    "128": { id: 128, title: "Hours", value: 3.125, hint: "unknown" },
    "141": { id: 141, title: "In scope", value: false },
    "230": { id: 230, title: "Next", value: null },
  };
  const script = () => ({
    body: { data: [{ id: 1, custom_attributes: value }, { id: 2, custom_attributes: null }, { id: 3 }] },
  });

  it("are an object of any content", async () => {
    await withScript(script, async ({ url }) => {
      const run = await runWell({ url, select: ["risks.*"] });
      const [schema] = run.messages;
      expect(schema).toMatchObject({
        schema: { properties: { custom_attributes: { type: ["null", "object"] } } },
      });
      expect(run.records("risks")).toEqual([
        { id: 1, custom_attributes: value },
        { id: 2, custom_attributes: null },
        { id: 3 },
      ]);
    });
  });

  it("are a text of JSON when they are wanted so", async () => {
    await withScript(script, async ({ url }) => {
      const config = { stringify_custom_attributes: true };
      const run = await runWell({ url, select: ["risks.*"], config });
      const [schema] = run.messages;
      expect(schema).toMatchObject({
        schema: { properties: { custom_attributes: { type: ["null", "string"] } } },
      });
      expect(run.records("risks")).toEqual([
        { id: 1, custom_attributes: JSON.stringify(value) },
        { id: 2, custom_attributes: null },
        { id: 3 },
      ]);
    });
  });

  it("are wanted as text of every object but people, which have none", async () => {
    const config = { base_url: "https://acme.test", username: "a", password: "b" };
    const streams = tapZengrc.streamsFor?.(
      {
        ...config,
        replication: "full",
        extra_objects: ["standards"],
        discover_columns: false,
        stringify_custom_attributes: true,
        request_timeout: 1,
      },
      tapZengrc.streams,
    );
    const types = streams?.map(({ name, schema }) => [
      name,
      schema.json.properties?.["custom_attributes"]?.type,
    ]);
    expect(types).toEqual(
      [...tapZengrc.streams.map(({ name }) => name), "standards"].map((name) => [
        name,
        name === "people" ? undefined : ["null", "string"],
      ]),
    );
  });
});

describe("records of every stream", () => {
  it.each(["utc", "offset", "zoneless"] as const)("fit their schemas with moments of %s", async (moments) => {
    await withAccount({ moments, records: 40, pageRows: 50 }, async ({ url }) => {
      const run = await runWell({ url, config: { extra_objects: ["standards"] } });
      const compile = await createSchemaCompiler();
      for (const message of run.messages) {
        if (message.type !== "SCHEMA") continue;
        const validator = compile(message.schema, { stream: message.stream });
        const records = run.records(message.stream);
        expect(records.length).toBe(40);
        for (const record of records) {
          expect(validator(record) ? [] : validator.violations).toEqual([]);
          expect(record["updated_at"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/);
        }
      }
    });
  });

  it("hold what the API says, to the letter", async () => {
    await withAccount({ records: 30, pageRows: 50 }, async ({ url, store }) => {
      const run = await runWell({ url, config: { extra_objects: ["tasks"] } });
      for (const name of [...tapZengrc.streams.map((each) => each.name), "tasks"]) {
        expect(run.records(name)).toEqual([...store.table(name).rows()]);
      }
    });
  });
});
