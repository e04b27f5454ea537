import type { JsonSchema } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { type ColumnSpec, columnsOf, type SpooledBatch } from "../../src/index.ts";
import { columnsOfFields, type Dialect, planTable, stagedFields } from "../../src/sql/index.ts";
import { folded, kept } from "./dialects.ts";

const integer: JsonSchema = { type: "integer" };
const number: JsonSchema = { type: "number" };
const timestamp: JsonSchema = { type: "string", format: "date-time" };
const times = { syncStartedAt: new Date(1), receivedAt: new Date(2), batchedAt: new Date(3) };

interface Scene {
  readonly columns?: readonly ColumnSpec[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly metadata?: boolean;
  readonly existing?: readonly (readonly [name: string, sqlType: string])[];
  readonly batch?: Partial<SpooledBatch>;
}

function fieldsOf(
  dialect: Dialect,
  { properties = { id: integer }, columns, metadata = false, existing = [], batch }: Scene,
) {
  const spec = {
    stream: "users",
    keyProperties: ["id"],
    columns: columns ?? columnsOf({ properties }),
    addRecordMetadata: metadata,
  };
  const table = { schema: "s", table: "t" };
  const plan = planTable({
    dialect,
    table,
    spec,
    existing: existing.map(([name, sqlType]) => ({ name, sqlType, nullable: true, hasDefault: false })),
    onTypeChange: "widen",
  });
  return stagedFields(
    {
      id: "b",
      shape: { spec, table: "s.t", columns: plan.columns, lane: { unsafeBytes: [] } },
      loadMethod: "upsert",
      hardDelete: false,
      files: [],
      rows: 1,
      root: "record",
      rewritten: false,
      times,
      ...batch,
    },
    plan,
    { dialect },
  );
}

const inRecord = (property: string, type: ColumnSpec["type"], isKey = false) => ({
  in: "record",
  path: [property],
  property,
  declared: type,
  isKey,
});
const whole = { kind: "integer", wide: false } as const;
const double = { kind: "double" } as const;
const moment = { kind: "timestamp" } as const;

describe("the columns that a batch is staged in", () => {
  it("are those of its record, under names of their own", () => {
    expect(fieldsOf(folded, { properties: { id: integer, "a b": number } })).toEqual([
      { name: "ID", source: "c0", type: whole, from: inRecord("id", whole, true) },
      { name: "A B", source: "c1", type: double, from: inRecord("a b", double) },
    ]);
  });

  it("are cast to what the table's column is, and know what was declared", () => {
    expect(fieldsOf(kept, { existing: [["id", "DOUBLE"]] })).toEqual([
      { name: "id", source: "c0", type: double, from: inRecord("id", whole, true) },
    ]);
  });

  it("are the metadata too: of the message, and the same for all rows", () => {
    const fields = fieldsOf(folded, { metadata: true });
    const message = (property: string, declared: ColumnSpec["type"]) => ({
      ...inRecord(property, declared),
      in: "message",
    });
    expect(fields.slice(1)).toEqual([
      { name: "_SDC_DELETED_AT", source: "c1", type: moment, from: inRecord("_sdc_deleted_at", moment) },
      {
        name: "_SDC_EXTRACTED_AT",
        source: "_sdc_extracted_at",
        type: moment,
        from: message("time_extracted", moment),
      },
      {
        name: "_SDC_TABLE_VERSION",
        source: "_sdc_table_version",
        type: whole,
        from: message("version", whole),
      },
      { name: "_SDC_RECEIVED_AT", source: "_sdc_received_at", type: moment, from: { constant: new Date(2) } },
      { name: "_SDC_BATCHED_AT", source: "_sdc_batched_at", type: moment, from: { constant: new Date(3) } },
      { name: "_SDC_SEQUENCE", source: "_sdc_sequence", type: whole, from: { constant: 3 } },
      { name: "_SDC_SYNC_STARTED_AT", source: "_sdc_sync_started_at", type: whole, from: { constant: 1 } },
    ]);
  });

  it.each([
    [undefined, null],
    [7, 7],
  ])("of bare records have no moment, and the version %j of their batch", (version, constant) => {
    const batch = { root: "line" as const, ...(version === undefined ? {} : { version }) };
    const fields = fieldsOf(kept, { metadata: true, batch });
    const constants = new Map(fields.map(({ name, from }) => [name, from]));
    expect(constants.get("_sdc_extracted_at")).toEqual({ constant: null });
    expect(constants.get("_sdc_table_version")).toEqual({ constant });
    expect(fields).toHaveLength(8);
  });

  it("have the mark of deleted rows where rows are removed by it, kept or not", () => {
    const mark = (name: string) => ({
      name,
      source: "c1",
      type: moment,
      from: inRecord("_sdc_deleted_at", moment),
    });
    expect(fieldsOf(kept, {})).toHaveLength(1);
    expect(fieldsOf(kept, { batch: { hardDelete: true } })[1]).toEqual(mark("_sdc_deleted_at"));
    expect(fieldsOf(folded, { batch: { hardDelete: true } })[1]).toEqual(mark("_SDC_DELETED_AT"));
  });

  it("have the source's own mark once", () => {
    const properties = { id: integer, _sdc_deleted_at: timestamp };
    const fields = fieldsOf(kept, { properties, metadata: true, batch: { hardDelete: true } });
    expect(fields.filter(({ name }) => name === "_sdc_deleted_at")).toHaveLength(1);
  });

  it.each([
    ["where the source put it", false, ["address", "city"]],
    ["at the top of a line that was rewritten", true, ["address__city"]],
  ])("read a flattened property %s", (_name, rewritten, path) => {
    const columns: readonly ColumnSpec[] = [
      { property: "address__city", path: ["address", "city"], type: { kind: "string" } },
    ];
    const spec = { columns: [...columnsOf({ properties: { id: integer } }), ...columns] };
    expect(fieldsOf(kept, { ...spec, batch: { rewritten } })[1]?.from).toEqual({
      ...inRecord("address__city", { kind: "string" }),
      path,
    });
  });

  it("are loaded by their own names", () => {
    expect(columnsOfFields(fieldsOf(folded, { existing: [["ID", "DOUBLE"]] }))).toEqual([
      { name: "ID", source: "c0", staged: double },
    ]);
  });
});
