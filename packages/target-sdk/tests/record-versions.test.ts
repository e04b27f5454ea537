import { describe, expect, it } from "vitest";
import { RecordVersions } from "../src/record-versions.ts";

function versionsIn(...lines: readonly string[]): readonly number[] {
  const versions = new RecordVersions();
  versions.noteLines(Buffer.from(lines.join("\n")));
  return Array.from({ length: 100 }, (_, version) => version).filter((version) => versions.has(version));
}

describe("the versions of records", () => {
  it.each([
    ["behind the record", '{"type":"RECORD","stream":"a","record":{"id":1},"version":7}', [7]],
    [
      "before the extraction time",
      '{"type": "RECORD", "record": {"id": 1}, "version": 7, "time_extracted": "2026"}',
      [7],
    ],
    ["before the record", '{"type":"RECORD","stream":"a","version":7,"record":{"id":1}}', [7]],
    ["with a carriage return", '{"type":"RECORD","stream":"a","record":{"id":1},"version":7}\r', [7]],
    ["none", '{"type":"RECORD","stream":"a","record":{"id":1}}', []],
    ["a property", '{"type":"RECORD","stream":"a","record":{"id":1,"version":7}}', []],
    [
      "a property and an extraction time",
      '{"type":"RECORD","record":{"version":7,"time_extracted":"x"}}',
      [],
    ],
    ["a property of the first key", '{"type":"RECORD","record":{"version":7,"id":1}}', []],
    ["a text", '{"type":"RECORD","record":{"id":1},"version":"7"}', []],
  ])("are found where they stand: %s", (_name, line, expected) => {
    expect(versionsIn(line)).toEqual(expected);
    expect(versionsIn('{"record":{}}', line, line, '{"record":{}}')).toEqual(expected);
  });

  it("are found in every line", () => {
    const line = (version: number) => `{"type":"RECORD","stream":"a","record":{},"version":${version}}`;
    expect(versionsIn(line(1), line(2), line(1), '{"version":9,"record":{}}')).toEqual([1, 2, 9]);
  });
});
