import type { AnyRecord, StreamContext } from "@chorale/tap-sdk";
import type { AdaptiveConfig } from "../settings.ts";
import { type Call, type CallContext, callMethod } from "../wire/call.ts";
import { type ElementChoice, elementReader, type FoundElement } from "../wire/element-reader.ts";
import type { RequestElement } from "../wire/xml.ts";
import { attributeReader, type Columns } from "./columns.ts";

/** What a method's functions are told. */
export type MethodContext = CallContext & Pick<StreamContext<AdaptiveConfig, unknown>, "selects">;

/** One of several calls that a stream is made of. */
export interface MethodCall {
  /** What it is about, for messages: `sheet "Personnel"`. */
  readonly about: string;
  readonly elements: readonly RequestElement[];
}

/** A method of the API as a stream: a line of the table of methods. */
export interface Method {
  readonly stream: string;
  /** The method's name: `exportAccounts`. */
  readonly method: string;
  readonly keys: readonly string[];
  /** Columns by name; `additional` is added, for attributes without a column. */
  readonly columns: Columns;
  /** Which elements of the output are records. */
  readonly elements: ElementChoice;
  /** Other names of attributes, with their columns. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Columns that are no attributes of the element itself. A list stands for as many records. */
  readonly derived?: (
    found: FoundElement,
  ) => Readonly<Record<string, unknown>> | readonly Readonly<Record<string, unknown>>[];
  /** What the request says beside the credentials. @default nothing */
  readonly request?: (context: MethodContext) => readonly RequestElement[];
  /** The calls, where there are several. One that fails is told, and the others go on. */
  readonly calls?: (context: MethodContext) => Promise<readonly MethodCall[]>;
  /** Whether many accounts have no such method: a refusal is then warned of, and stands for no records. */
  readonly isOptional?: boolean;
}

/** Makes a call of a method, and yields the records of its output. `stream` is who asks, for messages. */
export async function* readMethod(
  context: MethodContext,
  { method, call, stream = method.stream }: { method: Method; call?: MethodCall; stream?: string },
): AsyncGenerator<AnyRecord, void, void> {
  const about = call === undefined ? "" : ` of ${call.about}`;
  const items = callMethod(context, {
    method: method.method,
    subject: `${stream}: ${method.method}${about}`,
    elements: call?.elements ?? method.request?.(context) ?? [],
    read: recordsOf(method),
  });
  for await (const item of items) {
    if (isRecord(item)) yield item;
  }
}

function recordsOf({ elements, columns, aliases, derived }: Method): Call["read"] {
  const attributes = attributeReader(columns, aliases);
  return (put) =>
    elementReader(elements, (found) => {
      const own = attributes(found);
      for (const more of [derived?.(found) ?? {}].flat()) put({ ...own, ...more });
    });
}

function isRecord(item: unknown): item is AnyRecord {
  return typeof item === "object" && item !== null;
}
