import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HeadReader, isObject, type MessageHead, type MessageType } from "../src/index.ts";

function read(text: string): MessageHead | undefined {
  return new HeadReader().read(Buffer.from(text));
}

const head = (type: MessageType, stream: string, recordStart = -1): MessageHead => ({
  type,
  stream,
  recordStart,
});

describe("HeadReader", () => {
  it.each<[name: string, line: string, type: MessageType, stream: string]>([
    ["compact", '{"type":"RECORD","stream":"users","record":{"id":1}}', "RECORD", "users"],
    ["json.dumps", '{"type": "RECORD", "stream": "users", "record": {"id": 1}}', "RECORD", "users"],
    ["stream first", '{"stream":"users","type":"RECORD","record":{}}', "RECORD", "users"],
    ["stream first, spaced", '{"stream": "users", "type": "RECORD", "record": {}}', "RECORD", "users"],
    [
      "any white space",
      '\t{ "type" :\r\n"RECORD" ,\t"stream" : "users" , "record" : {"a":1} }',
      "RECORD",
      "users",
    ],
    [
      "version between",
      '{"type":"RECORD","stream":"users","version":1700000000000,"record":{}}',
      "RECORD",
      "users",
    ],
    [
      "negative and scaled numbers",
      '{"a":-1.5e+7,"b":2E-3,"type":"RECORD","stream":"x","record":{}}',
      "RECORD",
      "x",
    ],
    [
      "literals between",
      '{"type":"RECORD","a":null,"b":true,"c":false,"stream":"x","record":{}}',
      "RECORD",
      "x",
    ],
    [
      "time between",
      '{"type":"RECORD","stream":"x","time_extracted":"2026-01-01T00:00:00Z","record":{}}',
      "RECORD",
      "x",
    ],
    ["lower case", '{"type":"record","stream":"users","record":{}}', "RECORD", "users"],
    ["mixed case", '{"type":"ReCord","stream":"users","record":{}}', "RECORD", "users"],
    [
      "multi-byte names",
      '{"type":"RECORD","stream":"Kunden – 顧客 😀","record":{}}',
      "RECORD",
      "Kunden – 顧客 😀",
    ],
    ["names with JSON's signs", '{"type":"RECORD","stream":"a{b}:,[c]","record":{}}', "RECORD", "a{b}:,[c]"],
    [
      "names of Object.prototype",
      '{"type":"RECORD","stream":"__proto__","record":{}}',
      "RECORD",
      "__proto__",
    ],
  ])("finds the record of %s", (_name, line, type, stream) => {
    const record = Buffer.byteLength(line.slice(0, line.indexOf("{", line.indexOf('"record"'))));
    expect(read(line)).toEqual(head(type, stream, record));
  });

  it.each<[line: string, expected: MessageHead]>([
    ['{"type":"SCHEMA","stream":"users","schema":{},"key_properties":[]}', head("SCHEMA", "users")],
    ['{"type": "schema", "stream": "users", "schema": {}}', head("SCHEMA", "users")],
    ['{"type":"ACTIVATE_VERSION","stream":"users","version":1}', head("ACTIVATE_VERSION", "users")],
    ['{"stream":"users","version":1,"type":"activate_Version"}', head("ACTIVATE_VERSION", "users")],
    ['{"type":"BATCH","stream":"users","manifest":[]}', head("BATCH", "users")],
    ['{"type":"STATE","value":{"bookmarks":{}}}', head("STATE", "")],
    ['{"type":"State"}', head("STATE", "")],
    ['{"type":"STATE","stream":"users","value":1}', head("STATE", "")],
    ['{"stream":"users","type":"STATE","value":1}', head("STATE", "")],
  ])("reads the head of %s", (line, expected) => {
    expect(read(line)).toEqual(expected);
  });

  it.each([
    ["an array", '{"type":"RECORD","stream":"users","record":[{"id":1}]}'],
    ["null", '{"type":"RECORD","stream":"users","record":null}'],
    ["a text", '{"type":"RECORD","stream":"users","record":"{}"}'],
    ["absent", '{"type":"RECORD","stream":"users"}'],
    ["cut off", '{"type":"RECORD","stream":"users","record":'],
    ["behind an object", '{"type":"RECORD","stream":"users","meta":{},"record":{}}'],
    ["behind a list", '{"type":"RECORD","stream":"users","tags":[],"record":{}}'],
    ["behind an escaped key", '{"type":"RECORD","stream":"users","\\u0061":1,"record":{}}'],
    ["behind an escaped text", '{"type":"RECORD","stream":"users","a":"\\"","record":{}}'],
    ["behind 1 KiB", `{"type":"RECORD","stream":"users","a":"${"x".repeat(1024)}","record":{}}`],
  ])("leaves a record that is %s to the parser", (_name, line) => {
    expect(read(line)).toEqual(head("RECORD", "users", -1));
  });

  it.each([
    ["nothing", ""],
    ["an empty object", "{}"],
    ["no object", '["type","RECORD"]'],
    ["a text", '"type"'],
    ["a byte order mark", '\ufeff{"type":"RECORD","stream":"users","record":{}}'],
    ["an unknown type", '{"type":"HEARTBEAT","stream":"users"}'],
    ["a longer type", '{"type":"RECORDS","stream":"users","record":{}}'],
    ["a type in letters that upper-case into ASCII", '{"type":"ſtate","value":1}'],
    ["a type that is no text", '{"type":1,"stream":"users","record":{}}'],
    ["no type", '{"stream":"users","record":{}}'],
    ["no stream", '{"type":"RECORD","record":{}}'],
    ["an empty stream", '{"type":"RECORD","stream":"","record":{}}'],
    ["a stream that is no text", '{"type":"RECORD","stream":null,"record":{}}'],
    ["the record before the stream", '{"type":"RECORD","record":{"stream":"other"},"stream":"users"}'],
    ["the record before the type", '{"stream":"users","record":{},"type":"RECORD"}'],
    ["an object before the type", '{"meta":{"type":"STATE"},"type":"RECORD","stream":"users","record":{}}'],
    ["an escaped quote in the name", '{"type":"RECORD","stream":"a\\"b","record":{}}'],
    ["an escaped character in the name", '{"type":"RECORD","stream":"\\u00e9","record":{}}'],
    ["an escape in the type", '{"type":"\\u0052ECORD","stream":"users","record":{}}'],
    ["an escape in a key", '{"\\u0074ype":"RECORD","stream":"users","record":{}}'],
    ["a raw line feed in the name", '{"type":"RECORD","stream":"a\nb","record":{}}'],
    ["a raw NUL in the name", '{"type":"RECORD","stream":"a\0b","record":{}}'],
    ["a name that does not end", '{"type":"RECORD","stream":"users'],
    ["a name beyond 1 KiB", `{"type":"RECORD","stream":"${"x".repeat(1100)}","record":{}}`],
    ["a missing comma", '{"type":"RECORD" "stream":"users","record":{}}'],
    ["a missing colon", '{"type" "RECORD","stream":"users","record":{}}'],
    ["keys of Object.prototype for types", '{"type":"constructor","stream":"users"}'],
    ["keys in another case", '{"TYPE":"RECORD","Stream":"users","record":{}}'],
  ])("answers undefined for %s", (_name, line) => {
    expect(read(line)).toBeUndefined();
  });

  it("looks at the head alone: of keys that come twice, those before the record count", () => {
    const line = '{"type":"RECORD","stream":"a","stream":"b","record":{},"stream":"c","type":"STATE"}';
    expect(read(line)).toEqual(head("RECORD", "b", line.indexOf("{}")));
  });

  it("hands out the same head again for the same stream, also when streams take turns", () => {
    const reader = new HeadReader();
    const line = (stream: string, id: number) =>
      Buffer.from(`{"type":"RECORD","stream":"${stream}","record":{"id":${id}}}`);
    const users = reader.read(line("users", 1));
    const tickets = reader.read(line("tickets", 1));
    const teams = reader.read(line("teams", 1));
    expect(users).toEqual(head("RECORD", "users", 43));
    expect(tickets).toEqual(head("RECORD", "tickets", 45));
    for (let id = 2; id < 5; id += 1) {
      expect(reader.read(line("users", id))).toBe(users);
      expect(reader.read(line("users", id))).toBe(users);
      expect(reader.read(line("tickets", id))).toBe(tickets);
      expect(reader.read(line("teams", id))).toBe(teams);
    }
  });

  it("keeps a remembered head apart from its line's memory", () => {
    const reader = new HeadReader();
    const line = Buffer.from('{"type":"RECORD","stream":"users","record":{"id":1}}');
    reader.read(line);
    line.write("teams", 27);
    expect(reader.read(line)).toEqual(head("RECORD", "teams", 43));
    expect(reader.read(Buffer.from('{"type":"RECORD","stream":"users","record":{}}'))).toEqual(
      head("RECORD", "users", 43),
    );
  });

  it("tells apart lines that begin alike", () => {
    const reader = new HeadReader();
    const lines: [string, MessageHead | undefined][] = [
      ['{"type":"RECORD","stream":"users","record":{}}', head("RECORD", "users", 43)],
      ['{"type":"SCHEMA","stream":"users","record":{}}', head("SCHEMA", "users", -1)],
      ['{"type":"RECORD","stream":"users","record":[]}', head("RECORD", "users", -1)],
      ['{"type":"RECORD","stream":"users","record":', head("RECORD", "users", -1)],
      ['{"type":"RECORD","stream":"user","record":{}}', head("RECORD", "user", 42)],
      ['{"type":"RECORD","stream":"userx","record":{}}', head("RECORD", "userx", 43)],
      ['{"type":"RECORD","stream":"users","record": {}}', head("RECORD", "users", 44)],
      ['{"type":"RECORD","stream":"users"', head("RECORD", "users", -1)],
      ['{"type":"RECORD","stream":"users\\n","record":{}}', undefined],
    ];
    for (const [line, expected] of [...lines, ...lines.toReversed()]) {
      expect(reader.read(Buffer.from(line)), line).toEqual(expected);
    }
  });

  it("tells apart streams whose names share a hash, and more streams than it remembers", () => {
    const reader = new HeadReader();
    const names = ["Aa", "BB", ...Array.from({ length: 3000 }, (_, index) => `stream_${index}`)];
    for (const name of [...names, ...names]) {
      const line = `{"type":"RECORD","stream":"${name}","record":{}}`;
      expect(reader.read(Buffer.from(line))).toEqual(head("RECORD", name, line.indexOf("{}")));
    }
  });

  it("reads bytes that are no UTF-8 as JSON.parse sees them", () => {
    const line = Buffer.concat([
      Buffer.from('{"type":"RECORD","stream":"a'),
      Buffer.of(0xff, 0xc3),
      Buffer.from('","record":{}}'),
    ]);
    expect(new HeadReader().read(line)?.stream).toBe("a\ufffd\ufffd");
  });
});

describe("HeadReader, whatever the line", () => {
  const space = fc.constantFrom("", "", " ", "\t", "  ");
  const json = (value: unknown) => JSON.stringify(value);
  const asciiJson = (value: unknown) =>
    json(value).replaceAll(
      /[\u0080-\uffff]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
  const name = fc.oneof(
    fc.constantFrom("users", "user", "tickets", "ünïcode", '"', "\\", "", "record", "type", "\u2028"),
    fc.string({ unit: "binary", maxLength: 6 }),
  );
  const typeName = fc
    .constantFrom(
      "RECORD",
      "RECORD",
      "RECORD",
      "STATE",
      "SCHEMA",
      "ACTIVATE_VERSION",
      "BATCH",
      "OTHER",
      "RECOR",
    )
    .chain((type) => fc.mixedCase(fc.constant(type)));
  const fields = {
    type: fc.oneof({ weight: 9, arbitrary: typeName }, { weight: 1, arbitrary: fc.jsonValue() }),
    stream: fc.oneof({ weight: 9, arbitrary: name }, { weight: 1, arbitrary: fc.jsonValue() }),
    record: fc.oneof(fc.dictionary(name, fc.jsonValue(), { maxKeys: 3 }), fc.jsonValue({ maxDepth: 1 })),
    version: fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })),
    time_extracted: fc.string(),
    extra: fc.jsonValue(),
    value: fc.jsonValue(),
  };
  const members = fc
    .oneof(
      fc.record(fields, { requiredKeys: [] }),
      fc.record(fields, { requiredKeys: ["type", "stream", "record"] }),
    )
    .chain((message) => {
      const entries = Object.entries(message);
      return fc.oneof(fc.constant(entries), fc.shuffledSubarray(entries, { minLength: entries.length }));
    });
  const line = fc
    .tuple(members, fc.array(space, { minLength: 40, maxLength: 40 }), fc.boolean())
    .map(([entries, spaces, ascii]) => {
      const write = ascii ? asciiJson : json;
      let next = 0;
      const gap = () => spaces[next++ % spaces.length] ?? "";
      const parts = entries.map(
        ([key, value]) => `${gap()}${write(key)}${gap()}:${gap()}${write(value)}${gap()}`,
      );
      return `${gap()}{${parts.join(",") || gap()}}${gap()}`;
    });

  it("says what JSON.parse says, or nothing", () => {
    // One reader for all lines, so that what it remembers of one cannot leak into another.
    const reader = new HeadReader();
    let heads = 0;
    fc.assert(
      fc.property(line, (text) => {
        const bytes = Buffer.from(text);
        const answer = reader.read(bytes);
        if (answer === undefined) return;
        heads += 1;
        const parsed: unknown = JSON.parse(bytes.toString());
        if (!isObject(parsed)) throw new Error("a head of no object");
        expect(answer.type).toBe(String(parsed["type"]).toUpperCase());
        expect(answer.stream).toBe(answer.type === "STATE" ? "" : parsed["stream"]);
        if (answer.recordStart === -1) return;
        expect(answer.type).toBe("RECORD");
        expect(isObject(parsed["record"])).toBe(true);
        expect(bytes.toString("utf8", 0, answer.recordStart)).toMatch(/"record"[ \t]*:[ \t]*$/);
        expect(bytes[answer.recordStart]).toBe("{".charCodeAt(0));
      }),
      { numRuns: 3000 },
    );
    expect(heads).toBeGreaterThan(300);
  });

  it("never throws, on any bytes and on lines that are cut or changed", () => {
    const reader = new HeadReader();
    const changed = fc.tuple(line, fc.nat(200), fc.integer({ min: 0, max: 255 })).map(([text, at, byte]) => {
      const bytes = Buffer.from(text);
      bytes[at % bytes.length] = byte;
      return bytes;
    });
    const cut = fc.tuple(line, fc.nat(200)).map(([text, at]) => Buffer.from(text).subarray(0, at));
    const any = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.oneof(changed, cut, any), (bytes) => {
        const answer = reader.read(bytes);
        if (answer !== undefined && answer.recordStart !== -1) expect(bytes[answer.recordStart]).toBe(0x7b);
      }),
      { numRuns: 1000 },
    );
  });
});
