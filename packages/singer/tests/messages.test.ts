import { describe, expect, it } from "vitest";
import { isObject, isRawNumber, ProtocolError, parseMessage, rawNumber, toMessage } from "../src/index.ts";

function errorOf(action: () => unknown): ProtocolError {
  try {
    action();
  } catch (error) {
    if (ProtocolError.isInstance(error)) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("parseMessage", () => {
  it.each<[line: string, message: unknown]>([
    [
      '{"type":"SCHEMA","stream":"users","schema":{"type":"object"},"key_properties":["id"],"bookmark_properties":["at"]}',
      {
        type: "SCHEMA",
        stream: "users",
        schema: { type: "object" },
        key_properties: ["id"],
        bookmark_properties: ["at"],
      },
    ],
    [
      '{"type":"SCHEMA","stream":"users","schema":{},"key_properties":[]}',
      { type: "SCHEMA", stream: "users", schema: {}, key_properties: [] },
    ],
    [
      '{"type":"SCHEMA","stream":"users","schema":{}}',
      { type: "SCHEMA", stream: "users", schema: {}, key_properties: [] },
    ],
    [
      '{"type":"SCHEMA","stream":"users","schema":{},"key_properties":null,"bookmark_properties":null}',
      { type: "SCHEMA", stream: "users", schema: {}, key_properties: [] },
    ],
    [
      '{"type":"SCHEMA","stream":"users","schema":{},"key_properties":"id","bookmark_properties":"at"}',
      { type: "SCHEMA", stream: "users", schema: {}, key_properties: ["id"], bookmark_properties: ["at"] },
    ],
    [
      '{"type":"RECORD","stream":"users","record":{"id":1}}',
      { type: "RECORD", stream: "users", record: { id: 1 } },
    ],
    [
      '{"type":"RECORD","stream":"users","record":{},"version":1700000000000,"time_extracted":"2026-01-31T00:00:00Z","extra":1}',
      {
        type: "RECORD",
        stream: "users",
        record: {},
        version: 1_700_000_000_000,
        time_extracted: "2026-01-31T00:00:00Z",
      },
    ],
    [
      '{"type":"RECORD","stream":"users","record":{},"version":null,"time_extracted":null}',
      { type: "RECORD", stream: "users", record: {} },
    ],
    ['{"type":"STATE","value":{"bookmarks":{}}}', { type: "STATE", value: { bookmarks: {} } }],
    ['{"type":"STATE","value":null}', { type: "STATE", value: null }],
    [
      '{"type":"ACTIVATE_VERSION","stream":"users","version":7}',
      { type: "ACTIVATE_VERSION", stream: "users", version: 7 },
    ],
    [
      '{"type":"BATCH","stream":"users","encoding":{"format":"jsonl","compression":"gzip","x":1},"manifest":["file:///a"],"version":2}',
      {
        type: "BATCH",
        stream: "users",
        encoding: { format: "jsonl", compression: "gzip" },
        manifest: ["file:///a"],
        version: 2,
      },
    ],
    [
      '{"type":"BATCH","stream":"users","encoding":{"format":"jsonl","compression":null},"manifest":[]}',
      { type: "BATCH", stream: "users", encoding: { format: "jsonl" }, manifest: [] },
    ],
    ['{"type":"HEARTBEAT","at":1}', { type: "UNKNOWN", name: "HEARTBEAT" }],
    ['{"type":"constructor"}', { type: "UNKNOWN", name: "constructor" }],
    [
      ' { "stream" : "a\\u00e9" , "record" : { } , "type" : "RECORD" } \r',
      { type: "RECORD", stream: "aé", record: {} },
    ],
  ])("reads %s", (line, message) => {
    expect(parseMessage(line)).toStrictEqual(message);
    expect(parseMessage(Buffer.from(line))).toStrictEqual(message);
    expect(parseMessage(new TextEncoder().encode(`xx${line}`).subarray(2))).toStrictEqual(message);
  });

  it.each(["record", "Record", "rECORD"])("takes the type %s for RECORD", (type) => {
    expect(parseMessage(`{"type":"${type}","stream":"users","record":{}}`)).toMatchObject({ type: "RECORD" });
  });

  it.each(["state", "Schema", "activate_version", "Batch"])("knows the type %s in any case", (type) => {
    const line = `{"type":"${type}","stream":"s","schema":{},"value":1,"version":1,"encoding":{"format":"jsonl"}}`;
    expect(parseMessage(line)).toMatchObject({ type: type.toUpperCase() });
  });

  it("keeps numbers exact, in records, states and schemas", () => {
    const line =
      '{"type":"RECORD","stream":"a","record":{"lsn":9007199254740993,"amount":12345678901234567890.10,"n":1.5}}';
    expect(JSON.stringify(parseMessage(line))).toBe(line);
    const state = '{"type":"STATE","value":{"lsn":18446744073709551615}}';
    expect(JSON.stringify(parseMessage(state))).toBe(state);
    const message = parseMessage('{"type":"SCHEMA","stream":"a","schema":{"maximum":18446744073709551615}}');
    expect(message.type === "SCHEMA" && isRawNumber(message.schema.maximum)).toBe(true);
  });

  it("takes __proto__ for a name like any other", () => {
    const line =
      '{"type":"RECORD","stream":"__proto__","record":{"__proto__":{"polluted":1},"constructor":2}}';
    const message = parseMessage(line);
    if (message.type !== "RECORD") throw new Error("no record");
    expect(message.stream).toBe("__proto__");
    expect(Object.keys(message.record)).toEqual(["__proto__", "constructor"]);
    expect(message.record["polluted"]).toBeUndefined();
    expect(Object.getPrototypeOf(message.record)).toBe(Object.prototype);
    expect(JSON.stringify(message)).toBe(line);
    expect(Reflect.get({}, "polluted")).toBeUndefined();
    expect(() => parseMessage('{"__proto__":{"type":"STATE","value":1}}')).toThrow('it has no "type"');
  });

  it.each<[name: string, line: string, reason: string]>([
    ["a list", "[1]", "it is no JSON object"],
    ["null", "null", "it is no JSON object"],
    ["a number beyond a double", "12345678901234567890", "it is no JSON object"],
    ["no type", '{"stream":"users"}', 'it has no "type"'],
    ["a type that is no text", '{"type":1}', 'it has no "type"'],
    ["no stream", '{"type":"RECORD","record":{}}', 'it has no "stream"'],
    ["an empty stream", '{"type":"SCHEMA","stream":"","schema":{}}', 'it has no "stream"'],
    ["a stream that is no text", '{"type":"RECORD","stream":1,"record":{}}', 'it has no "stream"'],
    ["no record", '{"type":"RECORD","stream":"users"}', 'users: a RECORD has no object "record"'],
    [
      "a record that is a list",
      '{"type":"RECORD","stream":"users","record":[]}',
      'users: a RECORD has no object "record"',
    ],
    [
      "a record that is null",
      '{"type":"RECORD","stream":"users","record":null}',
      'users: a RECORD has no object "record"',
    ],
    [
      "a record that is a long number",
      '{"type":"RECORD","stream":"users","record":12345678901234567890}',
      'users: a RECORD has no object "record"',
    ],
    [
      "a version that is a text",
      '{"type":"RECORD","stream":"users","record":{},"version":"7"}',
      'users: "version" is no integer below 2^53',
    ],
    [
      "a version beyond a double",
      '{"type":"RECORD","stream":"users","record":{},"version":1700000000123456789}',
      'users: "version" is no integer below 2^53',
    ],
    [
      "a broken version",
      '{"type":"RECORD","stream":"users","record":{},"version":1.5}',
      'users: "version" is no integer below 2^53',
    ],
    ["no schema", '{"type":"SCHEMA","stream":"users"}', 'users: a SCHEMA has no object "schema"'],
    [
      "a schema that is a truth value",
      '{"type":"SCHEMA","stream":"users","schema":true}',
      'users: a SCHEMA has no object "schema"',
    ],
    [
      "keys that are no texts",
      '{"type":"SCHEMA","stream":"users","schema":{},"key_properties":[["id"]]}',
      'users: "key_properties" is no list of texts',
    ],
    [
      "keys that are an object",
      '{"type":"SCHEMA","stream":"users","schema":{},"key_properties":{}}',
      'users: "key_properties" is no list of texts',
    ],
    [
      "bookmarks that are no texts",
      '{"type":"SCHEMA","stream":"users","schema":{},"bookmark_properties":[1]}',
      'users: "bookmark_properties" is no list of texts',
    ],
    ["a STATE without value", '{"type":"STATE"}', 'a STATE has no "value"'],
    [
      "no version to activate",
      '{"type":"ACTIVATE_VERSION","stream":"users"}',
      'users: an ACTIVATE_VERSION has no integer "version"',
    ],
    [
      "a version to activate beyond a double",
      '{"type":"ACTIVATE_VERSION","stream":"users","version":1700000000123456789}',
      'users: an ACTIVATE_VERSION has no integer "version"',
    ],
    [
      "no encoding",
      '{"type":"BATCH","stream":"users","manifest":[]}',
      'users: a BATCH has no "encoding" with a "format"',
    ],
    [
      "an encoding without format",
      '{"type":"BATCH","stream":"users","encoding":{},"manifest":[]}',
      'users: a BATCH has no "encoding" with a "format"',
    ],
    [
      "a manifest of numbers",
      '{"type":"BATCH","stream":"users","encoding":{"format":"jsonl"},"manifest":[1]}',
      'users: "manifest" is no list of texts',
    ],
  ])("refuses %s", (_name, line, reason) => {
    const error = errorOf(() => parseMessage(line, { lineNumber: 12 }));
    expect(error.message).toBe(`line 12: not a Singer message: ${reason}. Look at what wrote it: ${line}`);
    expect(error).toMatchObject({ lineNumber: 12, excerpt: line, exitCode: 65, kind: "system" });
  });

  it.each([
    "",
    "not JSON",
    '{"type":"RECORD"',
    "{'type':'RECORD'}",
    '{"type":"STATE","value":NaN}',
    '{"type":"STATE","value":1}{"type":"STATE","value":2}',
    '\ufeff{"type":"STATE","value":1}',
    `${"[".repeat(100_000)}1e400`,
  ])("refuses %.60j as one line that names the line and shows it", (line) => {
    const error = errorOf(() => parseMessage(line, { lineNumber: 3 }));
    expect(error.message).toMatch(/^line 3: not a Singer message: /);
    expect(
      error.message.endsWith(`Look at what wrote it: ${line.length > 120 ? `${line.slice(0, 120)}…` : line}`),
    ).toBe(true);
    expect(error.cause).toBeInstanceOf(Error);
  });

  it("keeps line breaks of the line out of the message, and long lines short", () => {
    const line = `{"type":"RECORD",\r\n\n  "stream":"users",\r"record":[${"1,".repeat(500)}1]}`;
    const { message, excerpt } = errorOf(() => parseMessage(line, { lineNumber: 1 }));
    expect(message).not.toMatch(/[\r\n]/);
    expect(message).toContain('Look at what wrote it: {"type":"RECORD", "stream":"users", "record":[1,1,');
    expect(message.length).toBeLessThan(250);
    expect(excerpt).toBe(`${line.slice(0, 120)}…`);
  });

  it("speaks of a message where there are no lines", () => {
    const error = errorOf(() => parseMessage("{}"));
    expect(error.message).toBe('message: not a Singer message: it has no "type". Look at what wrote it: {}');
    expect(error.lineNumber).toBeUndefined();
  });
});

describe("toMessage", () => {
  it("reads a value that code made", () => {
    const record = { id: rawNumber("1.10") };
    expect(toMessage({ type: "record", stream: "users", record })).toStrictEqual({
      type: "RECORD",
      stream: "users",
      record,
    });
  });

  it("hands the record on, not a copy", () => {
    const record = { id: 1 };
    const message = toMessage({ type: "RECORD", stream: "users", record });
    expect(message.type === "RECORD" && message.record).toBe(record);
  });

  it.each([[undefined], [null], ["RECORD"], [[]], [rawNumber("1.10")]])("refuses %j", (value) => {
    expect(errorOf(() => toMessage(value)).message).toBe("it is no JSON object");
    expect(isObject(value)).toBe(false);
  });
});
