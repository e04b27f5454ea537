import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assignmentCast } from "../../../src/snowflake/engine/values/assignment.ts";
import { EngineError } from "../../../src/snowflake/engine/values/problem.ts";
import { tokenize } from "../../../src/snowflake/engine/values/tokens.ts";
import { outputColumn, translateExpression } from "../../../src/snowflake/engine/values/translate.ts";
import { parseType } from "../../../src/snowflake/engine/values/types.ts";
import { Harness } from "./harness.ts";

let harness: Harness;

beforeAll(async () => {
  harness = await Harness.open();
});

afterAll(() => {
  harness.close();
});

async function assigned(expression: string, written: string): Promise<string | null | undefined> {
  const { sql, type: from } = translateExpression(tokenize(expression), harness.scope());
  const { type: to } = parseType(tokenize(written), 0);
  const cast = assignmentCast(sql, { from, to, column: "C", parameters: harness.parameters });
  const rows = await harness.run({
    sql: `SELECT ${cast} AS ${outputColumn(0)}`,
    columns: [{ name: "C", type: to }],
  });
  return rows[0]?.[0];
}

async function problemOf(expression: string, written: string): Promise<readonly string[]> {
  try {
    return ["", String(await assigned(expression, written))];
  } catch (error) {
    if (error instanceof EngineError) return [error.problem.code, error.problem.message];
    throw error;
  }
}

describe("assignment", () => {
  it.each([
    ["'abc'", "VARCHAR(3)", "abc"],
    ["12", "VARCHAR(2)", "12"],
    ["'12.5'", "NUMBER(3,1)", "12.5"],
    ["1.25", "NUMBER(3,1)", "1.3"],
    ["TRUE", "VARCHAR", "true"],
    ["'2024-02-29'", "DATE", "19782"],
    ["'2024-01-02T03:04:05Z'", "TIMESTAMP_TZ", "1704164645.000000000 1440"],
    ["CURRENT_DATE() - CURRENT_DATE()", "NUMBER", "0"],
    ["PARSE_JSON('\"x\"')", "VARCHAR", "x"],
    ["PARSE_JSON('[1]')", "VARIANT", "[\n  1\n]"],
    ["OBJECT_CONSTRUCT('a', 1)", "VARIANT", '{\n  "a": 1\n}'],
    ["NULL", "VARCHAR(1)", null],
  ])("puts %s into %s", async (expression, type, expected) => {
    expect(await assigned(expression, type)).toBe(expected);
  });

  it.each([
    ["'abcd'", "VARCHAR(3)", "100078", "String 'abcd' is too long and would be truncated"],
    ["1000", "VARCHAR(3)", "100078", "String '1000' is too long and would be truncated"],
    ["'x'", "NUMBER(3,0)", "100038", "Numeric value 'x' is not recognized"],
    ["'1000'", "NUMBER(3,0)", "100039", "Numeric value '1000' is out of range"],
    [
      "1000",
      "NUMBER(3,0)",
      "100132",
      "Number out of representable range: type FIXED[SB16](3,0){nullable}, value 1000",
    ],
    [
      "'{}'",
      "VARIANT",
      "002023",
      "SQL compilation error:\nExpression type does not match column data type, expecting VARIANT but got VARCHAR(2) for column C",
    ],
    [
      "1",
      "DATE",
      "002023",
      "SQL compilation error:\nExpression type does not match column data type, expecting DATE but got NUMBER(1,0) for column C",
    ],
    ["PARSE_JSON('\"x\"')", "NUMBER(3,0)", "100071", 'Failed to cast variant value "x" to FIXED'],
  ])("refuses to put %s into %s", async (expression, type, ...problem) => {
    expect(await problemOf(expression, type)).toEqual(problem);
  });

  it("names an expression and takes an alias", () => {
    const named = (sql: string) => translateExpression(tokenize(sql), harness.scope()).name;
    expect([named("1 + 1"), named("1 AS x"), named('1 "y"')]).toEqual(["1 + 1", "X", "y"]);
  });
});
