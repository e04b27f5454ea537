import { ConnectorError, fromJsonSchema } from "@chorale/singer";
import type { AnyRecord, Page, Stream, StreamContext } from "../definitions.ts";
import { recordOfType } from "../record-type.ts";
import type { RestClient } from "../rest-client.ts";
import { streamBasics } from "../stream-basics.ts";
import type { ExportOrder, ExportStreamOptions } from "./export-definitions.ts";
import { ExportLedger } from "./export-ledger.ts";
import { readOrder } from "./read-order.ts";

const defaultKeepSeconds = 43_200;

/** Makes a stream of export jobs. What is submitted, and what was read, is in the state until the end. */
export function exportStream<Config, Item, Parent, Job, Order extends ExportOrder>(
  client: RestClient<Config>,
  options: ExportStreamOptions<Config, Item, Parent, Job, Order>,
): Stream<Config, Item> {
  const parentSchema = options.parent?.schema ?? fromJsonSchema<Parent>({});
  return Object.freeze({
    ...streamBasics(client, { ...options, keepsPosition: true }),
    // A snapshot that can be gone on with is a snapshot all the same.
    replicationMethod: options.replicationKey === undefined ? "FULL_TABLE" : "INCREMENTAL",
    pages: (context: StreamContext<Config, AnyRecord>) =>
      readExports(options, { ...context, parent: recordOfType(parentSchema, context.parent) }),
  });
}

async function* readExports<Config, Item, Parent, Job, Order extends ExportOrder>(
  options: ExportStreamOptions<Config, Item, Parent, Job, Order>,
  context: StreamContext<Config, Parent>,
): AsyncGenerator<Page, void, void> {
  const orders = ordersOf(options, context);
  const { config, position, startedAt, log } = context;
  const keepSeconds = options.keepSeconds?.(config) ?? defaultKeepSeconds;
  const ledger = new ExportLedger({ position, startedAt, keepSeconds });
  ledger.keepOnly(new Set(orders.map(({ key }) => key)));
  const failures: ConnectorError[] = [];
  for (const order of orders) {
    try {
      yield* readOrder(options, { context: { ...context, order }, ledger });
    } catch (error) {
      if (!isOfOneOrder(error, context.signal)) throw error;
      failures.push(error);
      if (orders.length > 1) log.warn(`${options.name}: ${order.key} failed: ${error.message}`);
    }
  }
  if (failures.length > 0) throw failures[0];
  yield { records: [], position: {} };
}

function ordersOf<Config, Item, Parent, Job, Order extends ExportOrder>(
  { orders }: ExportStreamOptions<Config, Item, Parent, Job, Order>,
  context: StreamContext<Config, Parent>,
): readonly Order[] {
  return orders?.(context) ?? [recordOfType(fromJsonSchema<Order>({}), { key: "all" })];
}

/** Settings and credentials that are wrong are so for all exports, and what is no error of ours is a defect. */
function isOfOneOrder(error: unknown, signal: AbortSignal): error is ConnectorError {
  return !signal.aborted && ConnectorError.isInstance(error) && error.kind !== "config";
}
