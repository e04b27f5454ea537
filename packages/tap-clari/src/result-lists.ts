import { isObject, SchemaError } from "@chorale/singer";
import type { SpooledLists } from "@chorale/tap-sdk";

/** The lists of a result travel with its record, under a key that nobody who writes or copies a record sees. */
const listsKey: unique symbol = Symbol("lists");

/** Gives a record the lists that its children read. */
export function withLists<Item extends object>(record: Item, lists: SpooledLists): Item {
  return Object.defineProperty(record, listsKey, { value: lists });
}

/** Answers the lists of a record. Throws `SchemaError` for a record that came from elsewhere. */
export function listsOf(record: object): SpooledLists {
  const lists: unknown = Reflect.get(record, listsKey);
  if (isLists(lists)) return lists;
  throw new SchemaError("a forecast's result has no lists. Read the stream below forecast_exports.", {
    stream: "",
  });
}

function isLists(value: unknown): value is SpooledLists {
  return isObject(value) && "records" in value;
}
