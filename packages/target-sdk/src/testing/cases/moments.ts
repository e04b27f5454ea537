import type { JsonSchema } from "@chorale/singer";
import { assertColumns, assertFailed, assertRows, assertSucceeded } from "../expectations.ts";
import { day, integer, moment, record, schema, state, time } from "../messages.ts";
import { everyMode, lineModes, type SuiteCase } from "../suite-case.ts";

const moments: readonly (readonly [string, string])[] = [
  ["2024-01-31T10:00:00Z", "2024-01-31T10:00:00.000000Z"],
  ["2024-01-31T10:00:00.123456Z", "2024-01-31T10:00:00.123456Z"],
  ["2024-01-31T10:00:00.123456789Z", "2024-01-31T10:00:00.123456Z"],
  ["2024-01-31T10:00:00+02:00", "2024-01-31T08:00:00.000000Z"],
  ["2024-01-31T10:00:00.5-05:30", "2024-01-31T15:30:00.500000Z"],
  ["2024-01-31T10:00:00+0000", "2024-01-31T10:00:00.000000Z"],
  ["2024-01-31T10:00:00+0530", "2024-01-31T04:30:00.000000Z"],
  ["2024-01-31 10:00:00", "2024-01-31T10:00:00.000000Z"],
  ["2024-01-31T10:00:00", "2024-01-31T10:00:00.000000Z"],
  ["2024-01-31t10:00:00z", "2024-01-31T10:00:00.000000Z"],
  ["2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000Z"],
  ["2024-12-31T23:30:00-01:00", "2025-01-01T00:30:00.000000Z"],
  ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z"],
  ["9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"],
  ["1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"],
];

const wrong: readonly (readonly [string, JsonSchema, string])[] = [
  ["date-time", moment, "0000-00-00T00:00:00Z"],
  ["date-time", moment, "10000-01-01T00:00:00Z"],
  ["date-time", moment, "20107-05-28T00:00:00Z"],
  ["date-time", moment, "2024-02-30T00:00:00Z"],
  ["date-time", moment, "2024-01-01T00:00:00+24:00"],
  ["date-time", moment, "2024-01-01T25:00:00Z"],
  ["date-time", moment, "9999-12-31T23:30:00-01:00"],
  ["date-time", moment, "0001-01-01T00:30:00+01:00"],
  ["date-time", moment, ""],
  ["date", day, "2024-02-30"],
  ["date", day, "0000-00-00"],
  ["date", day, "10000-01-01"],
  ["time", time, "25:00:00"],
  ["time", time, "noon"],
];

/** Moments, days and times. */
export const momentCases: readonly SuiteCase[] = [
  {
    name: "moments are stored in UTC to the microsecond, however they are written",
    modes: everyMode,
    async run(context) {
      const outcome = await context.run([
        schema("moments", { id: integer, at: moment }, ["id"]),
        ...moments.map(([at], id) => record("moments", { id, at })),
        record("moments", { id: 100, at: null }),
      ]);
      assertSucceeded(outcome);
      await assertColumns(context, "moments", { id: "integer", at: "timestamp" });
      await assertRows(context, "moments", [
        ...moments.map(([, at], id) => ({ id: BigInt(id), at })),
        { id: 100n },
      ]);
    },
  },
  {
    name: "each way to write a moment is stored the same when it comes alone",
    modes: lineModes,
    async run(context) {
      const outcome = await context.run(
        moments.flatMap(([at], index) => [
          schema(`moment_${index}`, { at: moment }),
          record(`moment_${index}`, { at }),
        ]),
      );
      assertSucceeded(outcome);
      for (const [index, [, at]] of moments.entries()) await assertRows(context, `moment_${index}`, [{ at }]);
    },
  },
  {
    name: "days and times are stored as they are",
    modes: everyMode,
    async run(context) {
      const values: readonly (readonly [string, string, string])[] = [
        ["2024-02-29", "00:00:00", "00:00:00.000000"],
        ["0001-01-01", "23:59:59.999999", "23:59:59.999999"],
        ["9999-12-31", "12:34:56.7", "12:34:56.700000"],
        ["1969-12-31", "12:34:56Z", "12:34:56.000000"],
      ];
      const outcome = await context.run([
        schema("days", { id: integer, d: day, t: time }, ["id"]),
        ...values.map(([d, t], id) => record("days", { id, d, t })),
      ]);
      assertSucceeded(outcome);
      await assertColumns(context, "days", { id: "integer", d: "date", t: "time" });
      await assertRows(
        context,
        "days",
        values.map(([d, , t], id) => ({ id: BigInt(id), d, t })),
      );
    },
  },
  {
    name: "what is no moment, day or time is refused by stream and property",
    modes: everyMode,
    async run(context) {
      for (const [index, [what, type, value]] of wrong.entries()) {
        const stream = `wrong_${index}`;
        const outcome = await context.run([
          schema(stream, { id: integer, value: type }, ["id"]),
          record(stream, { id: 1, value }),
          state(what),
        ]);
        assertFailed(outcome, { exitCode: 65, words: [stream, "value"] });
        await assertRows(context, stream, []);
      }
    },
  },
  {
    name: "time_extracted in any spelling is stored in UTC",
    modes: lineModes,
    async run(context) {
      const spelled: readonly (readonly [string, string])[] = [
        ["2024-01-31T10:00:00.000000Z", "2024-01-31T10:00:00.000000Z"],
        ["2024-01-31T10:00:00.123456+00:00", "2024-01-31T10:00:00.123456Z"],
        ["2024-01-31T10:00:00+02:00", "2024-01-31T08:00:00.000000Z"],
      ];
      const outcome = await context.run([
        schema("extracted", { id: integer }, ["id"]),
        ...spelled.map(([extracted], id) => record("extracted", { id }, { time_extracted: extracted })),
        record("extracted", { id: 100 }),
      ]);
      assertSucceeded(outcome);
      await assertRows(context, "extracted", [
        ...spelled.map(([, extracted], id) => ({ id: BigInt(id), _sdc_extracted_at: extracted })),
        { id: 100n },
      ]);
    },
  },
];
