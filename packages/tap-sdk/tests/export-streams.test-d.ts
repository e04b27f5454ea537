import { dateTime, decimal, integer, nullable, object, string, withDefault } from "@chorale/singer";
import { expectTypeOf } from "vitest";
import { defineRestClient, type Stream } from "../src/index.ts";

const billing = defineRestClient({
  config: object({ host: string(), wait: withDefault(integer(), 30) }),
  baseUrl: ({ host }) => host,
});
const job = object({ id: string() });
const basics = {
  name: "revenue_lines",
  schema: object({ id: integer(), amount: nullable(decimal()), updated_at: dateTime() }),
  keyProperties: ["id"],
  job,
} as const;

// The record, the job and the orders are inferred; no type argument is written.
const lines = billing.exportStream({
  ...basics,
  replicationKey: "updated_at",
  orders: ({ config, bookmark }) => {
    expectTypeOf(config.wait).toEqualTypeOf<number>();
    return [{ key: String(bookmark), month: 1 }];
  },
  submit: async ({ order, attempt, http }) => {
    expectTypeOf(order).toEqualTypeOf<{ key: string; month: number }>();
    expectTypeOf(attempt).toEqualTypeOf<number>();
    return http.post("exports", { json: { month: order.month }, response: job });
  },
  poll: async (context) => {
    expectTypeOf(context.job.id).toEqualTypeOf<string>();
    return { state: "done", files: ["a"] };
  },
  cancel: async (context) => context.job.id !== "",
  download: async (context) => {
    expectTypeOf(context.job).toEqualTypeOf<{ id: string } | undefined>();
    return [{ id: 1, updated_at: "2026-01-01T00:00:00Z" }];
  },
  pollSeconds: ({ wait }) => wait,
});
expectTypeOf(lines).toExtend<Stream<{ host: string; wait: number }, { id: number; updated_at: string }>>();

// Without orders there is one, with a key alone.
billing.exportStream({
  ...basics,
  submit: async ({ order }) => {
    expectTypeOf(order.key).toEqualTypeOf<string>();
    return undefined;
  },
  poll: async () => ({ state: "running" }),
  recordsAt: "lines",
  transform: (line) => {
    expectTypeOf(line.id).toEqualTypeOf<number>();
    expectTypeOf(line["else"]).toEqualTypeOf<unknown>();
    return line;
  },
});

billing.exportStream({
  ...basics,
  // @ts-expect-error a job that does not have the schema's shape
  submit: async () => ({ number: 1 }),
  poll: async () => ({ state: "running" }),
});
billing.exportStream({
  ...basics,
  submit: async () => undefined,
  // @ts-expect-error a state that no job has
  poll: async () => ({ state: "sleeping" }),
});
billing.exportStream({
  ...basics,
  submit: async () => undefined,
  // @ts-expect-error a failure without a reason
  poll: async () => ({ state: "failed" }),
});
billing.exportStream({
  ...basics,
  submit: async () => undefined,
  poll: async () => ({ state: "running" }),
  // @ts-expect-error records that do not have the schema's type
  download: async () => [{ id: "1" }],
});
billing.exportStream({
  ...basics,
  // @ts-expect-error orders without a key
  orders: () => [{ month: 1 }],
  submit: async () => undefined,
  poll: async () => ({ state: "running" }),
});
