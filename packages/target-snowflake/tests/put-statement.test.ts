import { describe, expect, it } from "vitest";
import { putProblem, putStatement } from "../src/put-statement.ts";

describe("a PUT", () => {
  it.each([
    [
      "~",
      "chorale/users/b1/0001.json.zst",
      "PUT 'file://0001.json.zst' '@~/chorale/users/b1/' AUTO_COMPRESS=FALSE OVERWRITE=TRUE",
    ],
    [
      '"RAW"."PUBLIC"."S"',
      "0001.json.gz",
      `PUT 'file://0001.json.gz' '@"RAW"."PUBLIC"."S"/' AUTO_COMPRESS=FALSE OVERWRITE=TRUE`,
    ],
    [
      '"RAW"."it\'s"."S \\ 1"',
      "a b/ünï/0001.json",
      `PUT 'file://0001.json' '@"RAW"."it''s"."S \\\\ 1"/a b/ünï/' AUTO_COMPRESS=FALSE OVERWRITE=TRUE`,
    ],
  ])("into %s of %s", (stage, name, sql) => {
    expect(putStatement(stage, { name })).toBe(sql);
  });
});

const columns = [
  "source",
  "target",
  "sourceSize",
  "targetSize",
  "sourceCompression",
  "targetCompression",
  "status",
  "message",
];
const file = { name: "users/0001.json.zst", bytes: 27 };

function result(parts: { target?: string; size?: string; status?: string | null; message?: string | null }) {
  const { target = "0001.json.zst", size = "27", status = "UPLOADED", message = null } = parts;
  return { columns, rows: [["0001.json.zst", target, "27", size, null, "ZSTD", status, message]] };
}

describe("a PUT's result", () => {
  it("that says UPLOADED, whole and by its name, is good", () => {
    expect(putProblem(result({}), file)).toBeUndefined();
  });

  it.each([
    ["a file that was there", result({ status: "SKIPPED" }), "its status is SKIPPED"],
    [
      "a file that is not there after all",
      result({ status: "NOT_FOUND_FILE" }),
      "its status is NOT_FOUND_FILE",
    ],
    [
      "a failure without a status",
      result({ status: null, message: "RestError: 403\n  file=x" }),
      "its status is unknown (RestError: 403 file=x)",
    ],
    ["another name", result({ target: "0001.json.zst.gz" }), "it was put there as 0001.json.zst.gz"],
    ["another size", result({ size: "26" }), "26 bytes were put there instead of 27"],
    ["no file", { columns, rows: [] }, "the driver reports 0 files for one"],
    [
      "two files",
      { columns, rows: [...result({}).rows, ...result({}).rows] },
      "the driver reports 2 files for one",
    ],
    ["no such columns", { columns: ["status"], rows: [["UPLOADED"]] }, "it was put there as nothing"],
  ])("of %s is a problem", (_name, answer, problem) => {
    expect(putProblem(answer, file)).toBe(problem);
  });
});
