import { describe, expect, it } from "vitest";
import { type Message, MessageWriter, rawNumber, SchemaError } from "../src/index.ts";
import { OpenOutput, record, rejection } from "./message-outputs.ts";

describe("MessageWriter, given values of all kinds", () => {
  const shared = { a: 1 };
  const twice = [null, new Date(0), shared, shared];

  it.each<[name: string, value: unknown, written: string]>([
    ["a number kept as text", rawNumber("12345678901234567890.10"), '{"v":12345678901234567890.10}'],
    ["undefined, left out", undefined, "{}"],
    ["null", null, '{"v":null}'],
    ["null beside a number kept as text", [null, rawNumber("1.10")], '{"v":[null,1.10]}'],
    ["null beside a Date", [null, new Date(0)], '{"v":[null,"1970-01-01T00:00:00.000Z"]}'],
    ["null beside its own toJSON", [null, { toJSON: () => "own" }], '{"v":[null,"own"]}'],
    [
      "one object twice beside null and a Date",
      twice,
      '{"v":[null,"1970-01-01T00:00:00.000Z",{"a":1},{"a":1}]}',
    ],
    ["the word null", "null", '{"v":"null"}'],
    ["a lone surrogate, escaped", "\ud800", '{"v":"\\ud800"}'],
    ["NUL, escaped", "\0", '{"v":"\\u0000"}'],
    [
      "the greatest and the smallest double",
      [1.7976931348623157e308, 5e-324],
      '{"v":[1.7976931348623157e+308,5e-324]}',
    ],
  ])("writes %s", async (_name, value, written) => {
    const output = new OpenOutput();
    const writer = new MessageWriter(output);
    await writer.write(record({ v: value }));
    await writer.close();
    expect(output.text()).toBe(`{"type":"RECORD","stream":"users","record":${written}}\n`);
  });
});

describe("MessageWriter, given what JSON cannot hold", () => {
  const circular: Record<string, unknown> = { id: 1 };
  circular["self"] = circular;
  let nested: unknown = null;
  for (let depth = 0; depth < 50_000; depth += 1) nested = [nested];

  it.each<[name: string, message: Message, key: string | undefined, text: string]>([
    [
      "NaN",
      record({ id: 1, price: Number.NaN }),
      "record.price",
      "users: RECORD cannot be written as JSON: record.price is NaN. Write null or leave it out.",
    ],
    [
      "Infinity in a list",
      record({ a: [1, { b: Infinity }] }),
      "record.a.1.b",
      "users: RECORD cannot be written as JSON: record.a.1.b is Infinity. Write null or leave it out.",
    ],
    [
      "-Infinity beside null",
      record({ a: null, b: -Infinity }),
      "record.b",
      "users: RECORD cannot be written as JSON: record.b is -Infinity. Write null or leave it out.",
    ],
    [
      "an invalid Date",
      record({ at: new Date(Number.NaN) }),
      "record.at",
      "users: RECORD cannot be written as JSON: record.at is an invalid Date. Write null or leave it out.",
    ],
    [
      "NaN from toJSON",
      record({ at: { toJSON: () => Number.NaN } }),
      "record.at",
      "users: RECORD cannot be written as JSON: record.at is NaN. Write null or leave it out.",
    ],
    [
      "a bigint",
      record({ id: 1n }),
      "record.id",
      "users: RECORD cannot be written as JSON: record.id is a bigint. Write null or leave it out.",
    ],
    [
      "itself",
      record({ a: circular }),
      "record.a.self",
      "users: RECORD cannot be written as JSON: record.a.self is an object that contains itself. Write null or leave it out.",
    ],
    [
      "NaN in a STATE",
      { type: "STATE", value: { seen: Number.NaN } },
      "value.seen",
      "STATE cannot be written as JSON: value.seen is NaN. Write null or leave it out.",
    ],
    [
      "lists of 50,000 levels",
      record({ nested }),
      undefined,
      "users: RECORD cannot be written as JSON: Maximum call stack size exceeded. Correct what makes it.",
    ],
    [
      "a toJSON that throws",
      record({
        a: {
          toJSON: () => {
            throw new Error("no");
          },
        },
      }),
      undefined,
      "users: RECORD cannot be written as JSON: no. Correct what makes it.",
    ],
  ])("refuses %s, and goes on", async (_name, message, key, text) => {
    const output = new OpenOutput();
    const writer = new MessageWriter(output);
    await writer.write(record({ id: 1 }));
    const error = await rejection(writer.write(message));
    expect(error).toBeInstanceOf(SchemaError);
    expect(error).toMatchObject({
      message: text,
      exitCode: 65,
      stream: message.type === "STATE" ? "" : "users",
      key,
    });
    await writer.write(record({ id: 2 }));
    await writer.close();
    expect(output.text()).toBe(
      `${JSON.stringify(record({ id: 1 }))}\n${JSON.stringify(record({ id: 2 }))}\n`,
    );
  });
});
