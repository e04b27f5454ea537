import { describe, expect, it } from "vitest";
import { columnsToNull } from "../src/repair.ts";
import { createRewriter } from "../src/rewrite.ts";
import type { TableShape } from "../src/warehouse.ts";

const columns = ["id", "name", "a/b~c"].map((property) => ({
  property,
  name: property,
  type: { kind: "string" } as const,
}));
const shape: TableShape = {
  spec: { stream: "users", keyProperties: ["id"], columns, addRecordMetadata: true },
  table: "users",
  columns,
  lane: { unsafeBytes: [] },
};

describe("columnsToNull", () => {
  it.each<[string, readonly string[], readonly string[] | undefined]>([
    ["the columns pointed at, once each", ["/name", "/a~1b~0c", "/name"], ["name", "a/b~c"]],
    ["nothing for the record itself", ["/name", ""], undefined],
    ["nothing for a key", ["/name", "/id"], undefined],
    ["nothing for a value within a column", ["/name/first"], undefined],
    ["nothing for a property without a column", ["/other"], undefined],
    ["nothing without violations", [], undefined],
  ])("answers %s", (_name, paths, expected) => {
    const violations = paths.map((path) => ({ path, message: "must be text" }));
    expect(columnsToNull(violations, shape)).toEqual(expected);
  });

  it("is obeyed by the rewriter", () => {
    const rewriter = createRewriter({ shape, root: "line", onInvalidValue: "null" });
    expect(rewriter.rewrite('{"id":"1","name":"x","a/b~c":"y"}', { nulls: ["a/b~c"] })).toEqual({
      line: '{"id":"1","name":"x","a/b~c":null}',
      nulled: ["a/b~c"],
      truncated: [],
      dropped: [],
      replaced: false,
    });
  });
});
