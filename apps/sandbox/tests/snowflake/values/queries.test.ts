import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tokenize } from "../../../src/snowflake/engine/values/tokens.ts";
import { translateQuery } from "../../../src/snowflake/engine/values/translate.ts";
import { integerType, textType, tzType, variantType } from "../../../src/snowflake/engine/values/types.ts";
import { Harness } from "./harness.ts";

let harness: Harness;

beforeAll(async () => {
  harness = await Harness.open();
  await harness.add({
    name: ["DB", "PUBLIC", "T"],
    columns: [
      { name: "ID", type: integerType },
      { name: "Name", type: textType },
      { name: "name", type: textType },
      { name: "AT", type: tzType },
    ],
    rows: [
      "SELECT 1, 'a', 'x', '2024-01-01T01:00:00+01:00'::TIMESTAMP_TZ",
      "SELECT 2, 'b', NULL, '2024-01-01T00:00:00Z'::TIMESTAMP_TZ",
      "SELECT 3, NULL, 'z', NULL",
    ],
  });
  await harness.add({
    name: ["DB", "PUBLIC", "S"],
    columns: [
      { name: "ID", type: integerType },
      { name: "V", type: variantType },
    ],
    rows: [
      `SELECT 1, PARSE_JSON('{"k": [10, {"q": "one"}]}')`,
      `SELECT 1, PARSE_JSON('{"k": [11, null]}')`,
      `SELECT 2, PARSE_JSON('null')`,
      "SELECT 4, NULL",
    ],
  });
});

afterAll(() => {
  harness.close();
});

describe("queries", () => {
  it.each([
    [
      "columns by exact names",
      `SELECT id, "Name", "name" FROM t ORDER BY id`,
      [
        ["1", "a", "x"],
        ["2", "b", null],
        ["3", null, "z"],
      ],
    ],
    ["a table by its full name", `SELECT DB.PUBLIC.T.ID FROM db.public.t WHERE t.id = 1`, [["1"]]],
    ["NULL last when ascending", `SELECT "Name" FROM t ORDER BY "Name"`, [["a"], ["b"], [null]]],
    ["NULL first when descending", `SELECT "Name" FROM t ORDER BY 1 DESC`, [[null], ["b"], ["a"]]],
    ["a limit and an offset", "SELECT id FROM t ORDER BY id LIMIT 1 OFFSET 1", [["2"]]],
    [
      "aliases in WHERE, GROUP BY, HAVING and ORDER BY",
      "SELECT MOD(id, 2) AS odd, COUNT(*) AS n FROM t WHERE odd >= 0 GROUP BY odd HAVING n > 0 ORDER BY odd",
      [
        ["0", "1"],
        ["1", "2"],
      ],
    ],
    ["a column before an alias of its name", "SELECT id + 10 AS id FROM t WHERE id = 1", [["11"]]],
    ["an alias in the same list", "SELECT id AS n, n * 2 AS m FROM t WHERE id = 2", [["2", "4"]]],
    [
      "GROUP BY ALL",
      "SELECT id, COUNT(*) FROM s GROUP BY ALL ORDER BY 1",
      [
        ["1", "2"],
        ["2", "1"],
        ["4", "1"],
      ],
    ],
    [
      "a join",
      `SELECT t.id, s.v:k[0] FROM t JOIN s ON t.id = s.id ORDER BY 1, 2`,
      [
        ["1", "10"],
        ["1", "11"],
        ["2", null],
      ],
    ],
    [
      "a left join",
      "SELECT t.id, s.id FROM t LEFT OUTER JOIN s ON t.id = s.id WHERE s.id IS NULL",
      [["3", null]],
    ],
    [
      "a join by a shared column",
      "SELECT id, COUNT(v) FROM t JOIN s USING (id) GROUP BY id ORDER BY id",
      [
        ["1", "2"],
        ["2", "1"],
      ],
    ],
    [
      "a star over a join by a shared column",
      "SELECT * EXCLUDE (v, at) FROM s JOIN t USING (id) WHERE id = 2",
      [["2", "b", null]],
    ],
    ["a cross join", "SELECT COUNT(*) FROM t, s", [["12"]]],
    [
      "a common table",
      "WITH a (x) AS (SELECT id FROM t), b AS (SELECT x + 1 AS y FROM a) SELECT b.y FROM b ORDER BY y",
      [["2"], ["3"], ["4"]],
    ],
    [
      "a common table in a subquery",
      "WITH a AS (SELECT 2 AS x) SELECT id FROM t WHERE id IN (SELECT x FROM a)",
      [["2"]],
    ],
    ["a common table before a table", "WITH t AS (SELECT 9 AS id) SELECT id FROM t", [["9"]]],
    ["UNION ALL with a common type", "SELECT 1 UNION ALL SELECT 2.5 ORDER BY 1", [["1.0"], ["2.5"]]],
    ["UNION", "SELECT 1 UNION SELECT 1", [["1"]]],
    ["UNION ALL", "SELECT 1 UNION ALL SELECT 1", [["1"], ["1"]]],
    ["MINUS", "SELECT id FROM t MINUS SELECT id FROM s", [["3"]]],
    [
      "VALUES",
      "SELECT column1, $2 FROM VALUES (1, 'a'), (2.5, NULL) ORDER BY 1",
      [
        ["1.0", "a"],
        ["2.5", null],
      ],
    ],
    ["VALUES with names", "SELECT v.b FROM (VALUES (1, 2)) AS v (a, b)", [["2"]]],
    ["a scalar subquery", "SELECT (SELECT MAX(id) FROM s) - id FROM t ORDER BY id", [["3"], ["2"], ["1"]]],
    [
      "a subquery of the row",
      "SELECT id FROM t WHERE EXISTS (SELECT 1 FROM s WHERE s.id = t.id) ORDER BY id",
      [["1"], ["2"]],
    ],
    ["NOT IN", "SELECT id FROM t WHERE id NOT IN (SELECT id FROM s)", [["3"]]],
    [
      "the last row of each key",
      "SELECT id, v:k[0]::INT FROM s QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY v:k[0]::INT DESC NULLS LAST) = 1 ORDER BY id",
      [
        ["1", "11"],
        ["2", null],
        ["4", null],
      ],
    ],
    [
      "a partition by instants",
      "SELECT COUNT(*) OVER (PARTITION BY at) FROM t ORDER BY 1",
      [["1"], ["2"], ["2"]],
    ],
    ["DISTINCT", "SELECT DISTINCT id FROM s ORDER BY id", [["1"], ["2"], ["4"]]],
    [
      "aggregates",
      "SELECT COUNT(*), COUNT(DISTINCT id), SUM(id), MIN(id), MAX(id), AVG(id), COUNT_IF(id > 1) FROM s",
      [["4", "3", "8", "1", "4", "2.000000", "2"]],
    ],
    [
      "counts of several values",
      "SELECT COUNT(id, v), COUNT(DISTINCT id, v::VARCHAR), COUNT(DISTINCT id, 1) FROM s",
      [["3", "2", "3"]],
    ],
    ["aggregates of no rows", "SELECT COUNT(*), SUM(id), AVG(id) FROM s WHERE FALSE", [["0", null, null]]],
    ["LISTAGG", `SELECT LISTAGG("Name", ',') WITHIN GROUP (ORDER BY id DESC) FROM t`, [["b,a"]]],
    ["ARRAY_AGG", "SELECT ARRAY_AGG(id) WITHIN GROUP (ORDER BY id) FROM t", [["[\n  1,\n  2,\n  3\n]"]]],
    ["MAX_BY", `SELECT MAX_BY("name", id) FROM t`, [["z"]]],
    ["LAG", "SELECT LAG(id, 1, 0) OVER (ORDER BY id) FROM t ORDER BY id", [["0"], ["1"], ["2"]]],
    [
      "a sum over a frame",
      "SELECT SUM(id) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t ORDER BY id",
      [["1"], ["3"], ["5"]],
    ],
    ["a dynamic path", "SELECT v[LOWER('K')][id - 1]:q FROM s WHERE id = 1 ORDER BY 1", [[null], [null]]],
    ["a generator", "SELECT COUNT(*) FROM TABLE(GENERATOR(ROWCOUNT => 5))", [["5"]]],
    ["comments", "SELECT /* a\n 'b */ 1 -- c '\n // d\n , 2", [["1", "2"]]],
  ])("answers %s", async (_, sql, expected) => {
    expect(await harness.rows(sql)).toEqual(expected);
  });

  it("names columns as Snowflake does", () => {
    const sql = `SELECT id, "name", id::VARCHAR, count(*), 1 + 1, 'a', id AS "q" FROM t GROUP BY 1, 2`;
    const { columns } = translateQuery(tokenize(sql), harness.scope());
    expect(columns.map(({ name }) => name)).toEqual([
      "ID",
      "name",
      "ID::VARCHAR",
      "COUNT(*)",
      "1 + 1",
      "'A'",
      "q",
    ]);
  });

  it.each([
    ["FIXED", "12", "12"],
    ["FIXED", "12.50", "12.50"],
    ["REAL", "1.5", "1.5"],
    ["TEXT", "it's", "it's"],
    ["BOOLEAN", "true", "1"],
    ["DATE", "1709164800000", "19782"],
    ["TIME", "3723500000000", "3723.500000000"],
    ["TIMESTAMP_NTZ", "1704164645000000001", "1704164645.000000001"],
    ["TIMESTAMP_LTZ", "-1", "-0.000000001"],
    ["TIMESTAMP_TZ", "1704164645000000000 1770", "1704164645.000000000 1770"],
    ["TEXT", null, null],
  ])("binds %s %s", async (type, value, expected) => {
    expect(await harness.value("?", [{ type, value }])).toBe(expected);
    expect(
      await harness.value(":2", [
        { type: "TEXT", value: "no" },
        { type, value },
      ]),
    ).toBe(expected);
  });

  it("counts binds over the whole statement", async () => {
    const binds = [
      { type: "FIXED", value: "1" },
      { type: "TEXT", value: "b" },
    ];
    expect(await harness.rows("SELECT ?, ? FROM t LIMIT 1", binds)).toEqual([["1", "b"]]);
  });

  it.each([
    [
      "SELECT nope FROM t",
      "000904",
      "SQL compilation error: error line 1 at position 7\ninvalid identifier 'NOPE'",
    ],
    [
      'SELECT "Id" FROM t',
      "000904",
      `SQL compilation error: error line 1 at position 7\ninvalid identifier '"Id"'`,
    ],
    [
      "SELECT\n  x.id FROM t",
      "000904",
      "SQL compilation error: error line 2 at position 2\ninvalid identifier 'X.ID'",
    ],
    [
      "SELECT id FROM t, s",
      "002028",
      "SQL compilation error: error line 1 at position 7\nambiguous column name 'ID'",
    ],
    [
      "SELECT 1 FROM nope",
      "002003",
      "SQL compilation error:\nObject 'NOPE' does not exist or not authorized.",
    ],
    ['SELECT 1 FROM "t"', "002003", "SQL compilation error:\nObject 't' does not exist or not authorized."],
    ["SELECT ?", "002049", "SQL compilation error:\nerror line 1 at position 7\nBind variable :1 not set."],
    ["SELECT", "001003", "SQL compilation error:\nsyntax error unexpected '<EOF>'."],
    ["SELECT 1 FROM", "001003", "SQL compilation error:\nsyntax error unexpected '<EOF>'."],
    ["SELECT 1 2", "001003", "SQL compilation error:\nsyntax error line 1 at position 9 unexpected '2'."],
    ["SELECT 1,, 2", "001003", "SQL compilation error:\nsyntax error line 1 at position 9 unexpected ','."],
    [
      "SELECT a ORDER id",
      "001003",
      "SQL compilation error:\nsyntax error line 1 at position 9 unexpected 'ORDER'.",
    ],
    ["SELECT from", "001003", "SQL compilation error:\nsyntax error line 1 at position 7 unexpected 'from'."],
    ["SELECT (1", "001003", "SQL compilation error:\nsyntax error unexpected '<EOF>'."],
    [
      "SELECT COUNT(id,) FROM t",
      "001003",
      "SQL compilation error:\nsyntax error line 1 at position 16 unexpected ')'.",
    ],
    ["SELECT 'x", "001003", "SQL compilation error:\nparse error line 1 at position 7 near '<EOF>'."],
    [
      "SELECT 1 FROM t; DROP TABLE t",
      "001003",
      "SQL compilation error:\nsyntax error line 1 at position 15 unexpected ';'.",
    ],
    [
      "SELECT * FROM 'file.csv'",
      "001003",
      "SQL compilation error:\nsyntax error line 1 at position 14 unexpected ''file.csv''.",
    ],
    ["SELECT [1, 2]", "001003", "SQL compilation error:\nsyntax error line 1 at position 7 unexpected '['."],
    [
      "SELECT 1 // 2 is a comment\n+ x'00'",
      "001003",
      "SQL compilation error:\nsyntax error line 2 at position 3 unexpected ''00''.",
    ],
    [
      "SELECT id FROM t GROUP BY 1 LIMIT id",
      "001003",
      "SQL compilation error:\nsyntax error line 1 at position 0 unexpected 'LIMIT'.",
    ],
    [
      "SELECT 1 UNION ALL SELECT 1, 2",
      "001789",
      "SQL compilation error:\ninvalid number of result columns for set operator input branches, expected 1, got 2 in branch 2",
    ],
    [
      "SELECT * FROM VALUES (PARSE_JSON('1'))",
      "002014",
      "SQL compilation error:\nInvalid expression [PARSE_JSON(...)] in VALUES clause",
    ],
    [
      "SELECT TRUE > 'x'::DATE",
      "001044",
      "SQL compilation error: error line 1 at position 12\nInvalid argument types for function '>': (BOOLEAN, DATE)",
    ],
    [
      "SELECT 1::NUMBER(39,0)",
      "002037",
      "SQL compilation error:\nInvalid precision or scale for NUMBER(39,0): precision 1 to 38, scale 0 to 37 and at most the precision.",
    ],
    ["SELECT 1::HUGEINT", "002040", "SQL compilation error:\nUnsupported data type 'HUGEINT'."],
    ["SELECT $1 FROM @stage/path", "000002", "Unsupported feature 'query of a stage'."],
    ["SELECT id, COUNT(*) FROM t", "000979", null],
    ["SELECT id FROM t WHERE COUNT(*) > 1", "002035", null],
    ["SELECT (SELECT id FROM t)", "090150", "Single-row subquery returns more than one row."],
  ])("refuses %s", async (sql, code, message) => {
    const [foundCode, , foundMessage] = await harness.refusal(sql);
    expect(foundCode, foundMessage).toBe(code);
    if (message !== null) expect(foundMessage).toBe(message);
  });

  it("reads a stage's rows inside COPY", async () => {
    const scope = {
      ...harness.scope(),
      stagedRow: () => ({
        sql: `(SELECT 'f' AS "METADATA$FILENAME", '{"record":{"id":7,"Id":8},"x":{"a b":1}}' AS "$1")`,
        columns: [
          { name: "METADATA$FILENAME", type: textType },
          { name: "$1", type: variantType },
        ],
      }),
    };
    const sql = `SELECT metadata$filename, $1:record:"id", $1:"record":"Id", t.$1:x."a b" FROM @"s"."st"/a/b.json.zst (FILE_FORMAT => f) t`;
    const query = translateQuery(tokenize(sql), scope);
    expect(query.columns.map(({ type }) => type.kind)).toEqual(["varchar", "variant", "variant", "variant"]);
    expect(await harness.run(query)).toEqual([["f", "7", "8", "1"]]);
    expect(() => translateQuery(tokenize("SELECT $2 FROM @st"), scope)).toThrow("invalid identifier '$2'");
  });
});
