import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { columnNamesOf, quoteName, quoteTable, quoteText, tableNameOf } from "../../src/sql/index.ts";
import { folded, kept } from "./dialects.ts";

describe("quoteName and quoteText", () => {
  it.each([
    ["a", '"a"', "'a'"],
    ['a"b', '"a""b"', "'a\"b'"],
    ["it's", '"it\'s"', "'it''s'"],
    ['"', '""""', "'\"'"],
    ["select", '"select"', "'select'"],
    ["a\\", '"a\\"', "'a\\'"],
  ])("%s", (text, name, literal) => {
    expect(quoteName(text)).toBe(name);
    expect(quoteText(text)).toBe(literal);
  });

  it("nothing gets out of its quotes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(quoteName(text).slice(1, -1).replaceAll('""', "")).not.toContain('"');
        expect(quoteName(text).slice(1, -1).replaceAll('""', '"')).toBe(text);
        expect(quoteText(text).slice(1, -1).replaceAll("''", "'")).toBe(text);
      }),
    );
  });

  it("a table's name has as many parts as are known", () => {
    expect(quoteTable({ schema: "s", table: 't"' })).toBe('"s"."t"""');
    expect(quoteTable({ catalog: "c", schema: "s", table: "t" })).toBe('"c"."s"."t"');
  });
});

describe("tableNameOf", () => {
  it.each([
    ["users", "users", "USERS"],
    ["public-users", "public_users", "PUBLIC_USERS"],
    ["a.b c", "a_b_c", "A_B_C"],
    ["Ünïcode", "Ünïcode", "ÜNÏCODE"],
    ["x:y!", "x:y!", "X:Y!"],
    ["a name that is far too long", "a_name_that_is_far_too_long", "A_NAME_THAT_IS__A4DD79D6"],
    ["😀".repeat(25), "😀".repeat(25), `${"😀".repeat(15)}_5CD8794E`],
  ])("%s", (stream, inKept, inFolded) => {
    expect(tableNameOf(stream, { dialect: kept })).toBe(inKept);
    expect(tableNameOf(stream, { dialect: folded })).toBe(inFolded);
  });

  it("two long names that begin alike stay two", () => {
    const names = ["one", "two"].map((end) =>
      tableNameOf(`the same beginning of a name, ${end}`, { dialect: folded }),
    );
    expect(new Set(names).size).toBe(2);
    expect(names.every((name) => [...name].length === 24)).toBe(true);
  });
});

describe("columnNamesOf", () => {
  it("keeps or folds, in the properties' order", () => {
    const properties = ["b", "a B", "__proto__", 'q"'];
    expect([...columnNamesOf(properties, { dialect: kept, stream: "s" })]).toEqual(
      properties.map((name) => [name, name]),
    );
    expect([...columnNamesOf(properties, { dialect: folded, stream: "s" }).values()]).toEqual([
      "B",
      "A B",
      "__PROTO__",
      'Q"',
    ]);
  });

  it.each([
    ["keeps", kept, ["id", "Id"]],
    ["folds", folded, ["id", "Id"]],
  ])(
    "two properties that become one column are an error that names both, where the dialect %s",
    (_name, dialect, properties) => {
      expect(() => columnNamesOf(properties, { dialect, stream: "users" })).toThrow(
        `users: the properties "id" and "Id" become one column in ${dialect.name}. Leave one of them out of the selection.`,
      );
    },
  );

  it("ß and SS are one column where upper case makes them so", () => {
    expect(columnNamesOf(["ß", "SS"], { dialect: kept, stream: "s" }).size).toBe(2);
    expect(() => columnNamesOf(["ß", "SS"], { dialect: folded, stream: "s" })).toThrow(/"ß" and "SS"/);
  });

  it.each([
    ["", "users: a property without a name cannot be stored in Kept. Leave it out of the selection."],
    [
      "a\0",
      "users: a property with a NUL in its name cannot be stored in Kept. Leave it out of the selection.",
    ],
  ])("refuses %j", (property, message) => {
    expect(() => columnNamesOf([property], { dialect: kept, stream: "users" })).toThrow(message);
  });
});
