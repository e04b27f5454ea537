import { assertColumns, assertFailed, assertRows, assertSucceeded } from "../expectations.ts";
import { integer, list, money, number, object, rawRecord, schema, state } from "../messages.ts";
import { everyMode, type SuiteCase } from "../suite-case.ts";

const wideInteger = { type: ["null", "integer"], minimum: -(10 ** 37), maximum: 10 ** 37 };
const cents = { type: ["null", "number"], multipleOf: 0.01 };

/** Numbers that lose a digit wherever one is careless. */
export const numberCases: readonly SuiteCase[] = [
  {
    name: "integers keep every digit",
    modes: everyMode,
    async run(context) {
      const values = [
        "0",
        "-1",
        "9007199254740991",
        "9007199254740993",
        "-9007199254740993",
        "9223372036854775807",
        "-9223372036854775808",
      ];
      const outcome = await context.run([
        schema("integers", { id: integer, n: integer }, ["id"]),
        ...values.map((value, id) => rawRecord("integers", `{"id":${id},"n":${value}}`)),
      ]);
      assertSucceeded(outcome);
      await assertRows(
        context,
        "integers",
        values.map((value, id) => ({ id: BigInt(id), n: BigInt(value) })),
      );
    },
  },
  {
    name: "integers in other spellings are the same integers",
    modes: everyMode,
    async run(context) {
      const spellings: readonly [string, bigint][] = [
        ["1.0", 1n],
        ["-0", 0n],
        ["1e3", 1000n],
        ["12E+2", 1200n],
        ["1200e-2", 12n],
        ["9.223372036854775807e18", 9223372036854775807n],
      ];
      const outcome = await context.run([
        schema("spellings", { id: integer, n: integer }, ["id"]),
        ...spellings.map(([source], id) => rawRecord("spellings", `{"id":${id},"n":${source}}`)),
      ]);
      assertSucceeded(outcome);
      await assertRows(
        context,
        "spellings",
        spellings.map(([, n], id) => ({ id: BigInt(id), n })),
      );
    },
  },
  {
    name: "integers of 38 digits are kept where the schema's bounds ask for them",
    modes: everyMode,
    async run(context) {
      const values = ["9".repeat(37), `-${"9".repeat(37)}`, "18446744073709551616", "1"];
      const outcome = await context.run([
        schema("wide_integers", { id: integer, n: wideInteger }, ["id"]),
        ...values.map((value, id) => rawRecord("wide_integers", `{"id":${id},"n":${value}}`)),
      ]);
      assertSucceeded(outcome);
      await assertRows(
        context,
        "wide_integers",
        values.map((value, id) => ({ id: BigInt(id), n: BigInt(value) })),
      );
    },
  },
  {
    name: "an integer beyond its column is refused, never changed",
    modes: everyMode,
    async run(context) {
      const beyond = context.limits.wideIntegers ? `1${"0".repeat(38)}` : "9223372036854775808";
      const outcome = await context.run([
        schema("too_large", { id: integer, n: integer }, ["id"]),
        rawRecord("too_large", `{"id":1,"n":${beyond}}`),
        state(1),
      ]);
      assertFailed(outcome, { exitCode: 65, words: ["too_large", '"n"'] });
      await assertRows(context, "too_large", []);
    },
  },
  {
    name: "decimals keep every digit, as texts and as numbers",
    modes: everyMode,
    async run(context) {
      const values = [
        "0.1",
        "12345678901234567890.123456789",
        "-99999999999999999999999999999.999999999",
        "1.10",
        "0.000000001",
        "5",
        "-0.5",
      ];
      const exact = { type: ["null", "number"], multipleOf: 1e-9 };
      const outcome = await context.run([
        schema("decimals", { id: integer, text: money, number: exact }, ["id"]),
        ...values.map((value, id) =>
          rawRecord("decimals", `{"id":${id},"text":"${value}","number":${value}}`),
        ),
        rawRecord("decimals", '{"id":100,"text":"1.5e3","number":15e-1}'),
      ]);
      assertSucceeded(outcome);
      await assertColumns(context, "decimals", { id: "integer", text: "decimal", number: "decimal" });
      await assertRows(context, "decimals", [
        ...values.map((value, id) => ({
          id: BigInt(id),
          text: { number: value },
          number: { number: value },
        })),
        { id: 100n, text: { number: "1500" }, number: { number: "1.5" } },
      ]);
    },
  },
  {
    name: "a decimal with more digits than its column is refused, never rounded",
    modes: everyMode,
    async run(context) {
      for (const value of ["0.001", "1e-3", `${"9".repeat(37)}.5`]) {
        const outcome = await context.run([
          schema("cents", { id: integer, price: cents }, ["id"]),
          rawRecord("cents", `{"id":1,"price":${value}}`),
          state(1),
        ]);
        assertFailed(outcome, { exitCode: 65, words: ["cents", '"price"'] });
        await assertRows(context, "cents", []);
      }
    },
  },
  {
    name: "type_edge_cases: multipleOf, huge lengths and steps of ten",
    modes: everyMode,
    async run(context) {
      const properties = {
        id: integer,
        tenth: { type: ["null", "number"], multipleOf: 0.0001 },
        tens: { type: ["null", "number"], multipleOf: 10 },
        long: { type: ["null", "string"], maxLength: 4_294_967_295 },
      };
      const outcome = await context.run([
        schema("edges", properties, ["id"]),
        rawRecord("edges", '{"id":1,"tenth":123.4567,"tens":120,"long":"x"}'),
        rawRecord("edges", '{"id":2,"tenth":0.07,"tens":-10}'),
      ]);
      assertSucceeded(outcome);
      await assertColumns(context, "edges", {
        id: "integer",
        tenth: "decimal",
        tens: "integer",
        long: "string",
      });
      await assertRows(context, "edges", [
        { id: 1n, tenth: { number: "123.4567" }, tens: { number: "120" }, long: "x" },
        { id: 2n, tenth: { number: "0.07" }, tens: { number: "-10" } },
      ]);
    },
  },
  {
    name: "doubles are kept to the last bit",
    modes: everyMode,
    async run(context) {
      const values = [
        "0.1",
        "1.7976931348623157e308",
        "5e-324",
        "-2.2250738585072014e-308",
        "0.30000000000000004",
        "1e21",
        "123456789012345678",
      ];
      const outcome = await context.run([
        schema("doubles", { id: integer, d: number }, ["id"]),
        ...values.map((value, id) => rawRecord("doubles", `{"id":${id},"d":${value}}`)),
        rawRecord("doubles", '{"id":100,"d":-0.0}'),
      ]);
      assertSucceeded(outcome);
      await assertRows(context, "doubles", [
        ...values.map((value, id) => ({ id: BigInt(id), d: Number(value) })),
        { id: 100n, d: -0 },
      ]);
    },
  },
  {
    name: "a number beyond doubles is refused, never Infinity",
    modes: everyMode,
    async run(context) {
      for (const value of ["1e400", "-1e400", '"Infinity"', '"NaN"']) {
        const outcome = await context.run([
          schema("infinite", { id: integer, d: number }, ["id"]),
          rawRecord("infinite", `{"id":1,"d":${value}}`),
          state(1),
        ]);
        assertFailed(outcome, { exitCode: 65, words: ["infinite", "d"] });
        await assertRows(context, "infinite", []);
      }
    },
  },
  {
    name: "numbers within JSON keep their value",
    modes: everyMode,
    async run(context) {
      const values = [
        '{"n":9007199254740993}',
        '{"n":0.1,"m":[1.5,-2,1e2]}',
        '{"n":12345678901234567890.123456789}',
        '{"n":"9007199254740993"}',
      ];
      const outcome = await context.run([
        schema("numbers_in_json", { id: integer, v: object }, ["id"]),
        ...values.map((value, id) => rawRecord("numbers_in_json", `{"id":${id},"v":${value}}`)),
      ]);
      assertSucceeded(outcome);
      await assertRows(
        context,
        "numbers_in_json",
        values.map((json, id) => ({ id: BigInt(id), v: { json } })),
      );
    },
  },
  {
    name: "arrays of mixed types keep each of them",
    modes: everyMode,
    async run(context) {
      const json = '[1,"1",1.5,true,false,null,[],{},[[null]],{"a":[{"b":"c"}]},"",0,"null"]';
      const outcome = await context.run([
        schema("mixed_arrays", { id: integer, v: list }, ["id"]),
        rawRecord("mixed_arrays", `{"id":1,"v":${json}}`),
        rawRecord("mixed_arrays", '{"id":2,"v":[]}'),
      ]);
      assertSucceeded(outcome);
      await assertRows(context, "mixed_arrays", [
        { id: 1n, v: { json } },
        { id: 2n, v: { json: "[]" } },
      ]);
    },
  },
];
