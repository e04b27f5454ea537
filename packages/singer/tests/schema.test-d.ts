import { expectTypeOf } from "vitest";
import {
  alias,
  type anything,
  array,
  type boolean,
  type Decimal,
  dateTime,
  decimal,
  describe,
  fromJsonSchema,
  type Infer,
  integer,
  type JsonValue,
  nullable,
  number,
  object,
  oneOf,
  optional,
  type RawNumber,
  refusedSetting,
  type Schema,
  secret,
  string,
  withDefault,
} from "../src/index.ts";

expectTypeOf<Infer<ReturnType<typeof string>>>().toEqualTypeOf<string>();
expectTypeOf<Infer<ReturnType<typeof integer>>>().toEqualTypeOf<number>();
expectTypeOf<Infer<ReturnType<typeof number>>>().toEqualTypeOf<number>();
expectTypeOf<Infer<ReturnType<typeof boolean>>>().toEqualTypeOf<boolean>();
expectTypeOf<Infer<ReturnType<typeof dateTime>>>().toEqualTypeOf<string>();
expectTypeOf<Infer<ReturnType<typeof anything>>>().toEqualTypeOf<JsonValue>();
expectTypeOf<Infer<ReturnType<typeof decimal>>>().toEqualTypeOf<Decimal>();
expectTypeOf<Decimal>().toEqualTypeOf<string | number | RawNumber>();

const role = oneOf("admin", "agent");
expectTypeOf<Infer<typeof role>>().toEqualTypeOf<"admin" | "agent">();

const ticket = object({
  id: integer(),
  subject: nullable(string()),
  note: optional(string()),
  role,
  amount: nullable(decimal({ scale: 2 })),
  tags: array(string()),
  scores: nullable(array(nullable(number()))),
  assignee: object({ id: integer(), name: optional(string()) }),
});
expectTypeOf<Infer<typeof ticket>>().toEqualTypeOf<{
  id: number;
  subject?: string | null;
  note?: string;
  role: "admin" | "agent";
  amount?: Decimal | null;
  tags: readonly string[];
  scores?: readonly (number | null)[] | null;
  assignee: { id: number; name?: string };
}>();

const config = object({
  subdomain: string(),
  api_token: secret(string()),
  start_date: describe(optional(dateTime()), "Nothing before it is read."),
  page_size: withDefault(integer(), 100),
  proxy: secret(nullable(string())),
  limit: withDefault(nullable(integer()), null),
});
expectTypeOf<Infer<typeof config>>().toEqualTypeOf<{
  subdomain: string;
  api_token: string;
  start_date?: string;
  page_size: number;
  proxy?: string | null;
  limit: number | null;
}>();

expectTypeOf(fromJsonSchema<{ id: number }>({ type: "object" })).toEqualTypeOf<Schema<{ id: number }>>();
expectTypeOf<Infer<ReturnType<typeof fromJsonSchema<Date>>>>().toEqualTypeOf<Date>();
expectTypeOf<Infer<string>>().toEqualTypeOf<never>();

// @ts-expect-error a default of another type
withDefault(integer(), "100");
// @ts-expect-error null is no default of a schema that does not allow it
withDefault(integer(), null);
// @ts-expect-error a schema's value is no schema
object({ id: 1 });
// @ts-expect-error the values of oneOf are texts
oneOf(1, 2);
// @ts-expect-error a record lacks a required property
const incomplete: Infer<typeof ticket> = { id: 1, role: "admin", tags: [] };
// @ts-expect-error undefined is no value of a property that may be absent
const undefinedNote: Infer<typeof ticket>["note"] & string = undefined;

expectTypeOf(incomplete).not.toBeAny();
expectTypeOf(undefinedNote).not.toBeAny();

// Other names, presets and what is not offered leave the types as they are.
const loader = object(
  {
    database: alias(string(), "dbname"),
    rows: alias(withDefault(integer(), 1), "max_batch_rows"),
    token: alias(optional(secret(string())), "key"),
    mode: withDefault(oneOf("a", "b"), "a"),
    stream_maps: refusedSetting("No."),
  },
  { presets: { mode: { b: { rows: 2 } } } },
);
expectTypeOf<Infer<typeof loader>>().toEqualTypeOf<{
  database: string;
  rows: number;
  token?: string;
  mode: "a" | "b";
}>();
// @ts-expect-error a value that the setting does not have
object({ mode: oneOf("a", "b"), rows: integer() }, { presets: { mode: { c: { rows: 2 } } } });
// @ts-expect-error a default of another type
object({ mode: oneOf("a", "b"), rows: integer() }, { presets: { mode: { a: { rows: "2" } } } });
// @ts-expect-error a setting that does not exist
object({ mode: oneOf("a", "b"), rows: integer() }, { presets: { other: { a: { rows: 2 } } } });
// @ts-expect-error a default of a setting that does not exist
object({ mode: oneOf("a", "b"), rows: integer() }, { presets: { mode: { a: { cols: 2 } } } });
