import assert from "node:assert/strict";
import {
  createSchemaCompiler,
  type Message,
  type RecordMessage,
  type SchemaMessage,
  secretsOf,
} from "@chorale/singer";
import type { TapCheck } from "./tap-checks.ts";
import { recordsByStream, type TapLab } from "./tap-lab.ts";

/** Shorter texts than this are everywhere by chance. */
const minSecretLength = 4;

/** What a tap emits. */
export function recordChecks<Config>(lab: TapLab<Config>): readonly TapCheck[] {
  return [
    { name: "gives records of every stream but the empty ones", verify: () => streamsGiveRecords(lab) },
    { name: "emits the SCHEMA of a stream before its records", verify: () => schemasComeFirst(lab) },
    { name: "emits records that fit their schemas", verify: () => recordsFit(lab) },
    { name: "emits no property that the SCHEMA lacks", verify: () => propertiesAreDeclared(lab) },
    { name: "says when it saw each record", verify: () => recordsHaveTimes(lab) },
    { name: "emits records with their keys, each once", verify: () => keysAreUnique(lab) },
    { name: "keeps secrets out of messages, log and errors", verify: () => secretsStayIn(lab) },
  ];
}

async function streamsGiveRecords<Config>(lab: TapLab<Config>): Promise<void> {
  const { messages } = await lab.whole();
  const records = recordsByStream(messages);
  const empty = lab.names.filter((name) => !records.has(name));
  assert.deepEqual(
    empty.toSorted(),
    [...(lab.options.limits?.empty ?? [])].toSorted(),
    "streams without records",
  );
}

async function schemasComeFirst<Config>(lab: TapLab<Config>): Promise<void> {
  const { messages } = await lab.whole();
  const announced = new Set<string>();
  for (const message of messages) {
    if (message.type === "SCHEMA") announced.add(message.stream);
    if (message.type !== "RECORD") continue;
    assert.ok(announced.has(message.stream), `${message.stream}: a RECORD came before its SCHEMA`);
  }
  assert.deepEqual([...announced].toSorted(), lab.names.toSorted(), "streams with a SCHEMA");
}

async function recordsFit<Config>(lab: TapLab<Config>): Promise<void> {
  const { messages } = await lab.whole();
  const compile = await createSchemaCompiler();
  for (const [stream, records] of recordsByStream(messages)) {
    const validator = compile(schemaOf(messages, stream).schema, { stream });
    for (const { record } of records) {
      if (validator(record)) continue;
      assert.fail(`${stream}: ${JSON.stringify(validator.violations)} in ${JSON.stringify(record)}`);
    }
  }
}

async function propertiesAreDeclared<Config>(lab: TapLab<Config>): Promise<void> {
  const { messages } = await lab.whole();
  for (const [stream, records] of recordsByStream(messages)) {
    const { properties } = schemaOf(messages, stream).schema;
    if (properties === undefined) continue;
    const found = new Set(records.flatMap(({ record }) => Object.keys(record)));
    const undeclared = [...found].filter((name) => !Object.hasOwn(properties, name));
    assert.deepEqual(undeclared, [], `${stream}: undeclared properties`);
  }
}

async function recordsHaveTimes<Config>(lab: TapLab<Config>): Promise<void> {
  const { messages } = await lab.whole();
  for (const { stream, time_extracted: time = "" } of recordsOf(messages)) {
    assert.match(
      time,
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
      `${stream}: time_extracted`,
    );
  }
}

async function keysAreUnique<Config>(lab: TapLab<Config>): Promise<void> {
  const { messages } = await lab.whole();
  const repeating = new Set<string>();
  for (const [stream, records] of recordsByStream(messages)) {
    const keys = schemaOf(messages, stream).key_properties;
    if (keys.length === 0) continue;
    const seen = new Set<string>();
    for (const { record } of records) {
      for (const key of keys)
        assert.ok(isKeyValue(record[key]), `${stream}: ${key} is ${String(record[key])}`);
      const tuple = keyOf(record, keys);
      if (seen.has(tuple)) repeating.add(stream);
      seen.add(tuple);
    }
  }
  const declared = lab.options.limits?.repeats ?? [];
  assert.deepEqual([...repeating].toSorted(), [...declared].toSorted(), "streams that repeat records");
}

async function secretsStayIn<Config>(lab: TapLab<Config>): Promise<void> {
  const { messages, logs, config } = await lab.whole();
  const secrets = secretsOf(lab.tap.config.json, config).filter(({ length }) => length >= minSecretLength);
  const about = JSON.stringify(await lab.tap.about());
  const output = [...messages.map((message) => JSON.stringify(message)), ...logs, about];
  const leaks = output.filter((text) => secrets.some((secret) => text.includes(secret)));
  assert.deepEqual(leaks, [], "output with a secret in it");
}

/** The key of a record as one text; a number and a text of its digits are two keys. */
export function keyOf(record: RecordMessage["record"], keys: readonly string[]): string {
  return JSON.stringify(keys.map((key) => record[key]));
}

/** The SCHEMA that a stream began with. */
export function schemaOf(messages: readonly Message[], stream: string): SchemaMessage {
  const found = messages.find((message) => message.type === "SCHEMA" && message.stream === stream);
  assert.ok(found?.type === "SCHEMA", `${stream}: no SCHEMA`);
  return found;
}

function recordsOf(messages: readonly Message[]): readonly RecordMessage[] {
  return messages.filter((message) => message.type === "RECORD");
}

function isKeyValue(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}
