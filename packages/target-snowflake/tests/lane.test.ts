import type { ColumnSpec, ColumnType, ShapedColumn } from "@chorale/target-sdk";
import { describe, expect, it } from "vitest";
import { laneOf } from "../src/lane.ts";

const string: ColumnType = { kind: "string" };
const integer: ColumnType = { kind: "integer", wide: true };
const decimal: ColumnType = { kind: "decimal", precision: 38, scale: 9 };

function lane(spec: ColumnSpec, type: ColumnType) {
  const columns: readonly ShapedColumn[] = [{ property: spec.property, name: "P", type }];
  return laneOf({ stream: "s", keyProperties: [], columns: [spec], addRecordMetadata: true }, columns);
}

describe("lines that are loaded as they came", () => {
  it.each<[string, ColumnSpec, ColumnType]>([
    ["texts", { property: "p", type: string }, string],
    ["exact decimals, spelled as numbers", { property: "p", type: decimal, fedByNumbers: true }, decimal],
    ["integers in a column of decimals", { property: "p", type: integer }, decimal],
    ["integers in a column of doubles", { property: "p", type: integer }, { kind: "double" }],
    ["moments in a text column", { property: "p", type: { kind: "timestamp" } }, string],
    [
      "anything in a VARIANT",
      { property: "p", type: { kind: "json" }, fedByNumbers: true },
      { kind: "json" },
    ],
  ])("%s", (_name, spec, type) => {
    expect(lane(spec, type)).toEqual({ unsafeBytes: ["invalid-utf8", "nul"] });
  });
});

describe("lines that are rewritten", () => {
  it.each<[string, ColumnSpec]>([
    ["texts and numbers", { property: "p", type: string, fedByNumbers: true }],
    ["integers", { property: "p", type: integer }],
    ["doubles", { property: "p", type: { kind: "double" } }],
    ["truth values", { property: "p", type: { kind: "boolean" } }],
    ["decimals, spelled as numbers", { property: "p", type: decimal, fedByNumbers: true }],
  ])("%s in a text column", (_name, spec) => {
    expect(lane(spec, string)).toEqual({
      rewriteAll: '"p" keeps numbers as they were written',
      unsafeBytes: ["invalid-utf8", "nul"],
    });
  });

  it("leaves columns alone that the stream does not fill", () => {
    const shape: readonly ShapedColumn[] = [{ property: "other", name: "OTHER", type: string }];
    const spec = { stream: "s", keyProperties: [], columns: [], addRecordMetadata: false };
    expect(laneOf(spec, shape).rewriteAll).toBeUndefined();
  });
});
