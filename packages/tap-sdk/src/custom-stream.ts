import { fromJsonSchema } from "@chorale/singer";
import type { AnyRecord, Page, Stream, StreamContext } from "./definitions.ts";
import { plainRecord, recordOfType } from "./record-type.ts";
import type { RestClient } from "./rest-client.ts";
import { streamBasics } from "./stream-basics.ts";
import { Checkpoint, type CustomStreamOptions, type PagedStreamOptions } from "./stream-options.ts";

/** Makes a stream of a generator: each checkpoint ends a page. */
export function customStream<Config, Item, Parent>(
  client: RestClient<Config>,
  options: CustomStreamOptions<Config, Item, Parent>,
): Stream<Config, Item> {
  const parentSchema = options.parent?.schema ?? fromJsonSchema<Parent>({});
  return Object.freeze({
    ...streamBasics(client, options),
    pages: (context: StreamContext<Config, AnyRecord>) =>
      cutPages(
        options.name,
        options.records({ ...context, parent: recordOfType(parentSchema, context.parent) }),
      ),
  });
}

/** Makes a stream of a generator of pages. */
export function pagedStream<Config, Item, Parent>(
  client: RestClient<Config>,
  options: PagedStreamOptions<Config, Item, Parent>,
): Stream<Config, Item> {
  const parentSchema = options.parent?.schema ?? fromJsonSchema<Parent>({});
  return Object.freeze({
    ...streamBasics(client, options),
    pages: (context: StreamContext<Config, AnyRecord>) =>
      options.pages({ ...context, parent: recordOfType(parentSchema, context.parent) }),
  });
}

/** A page whose records flow: its position is known when they have been read. */
class FlowingPage<Item> implements Page {
  readonly #stream: string;
  readonly #items: AsyncGenerator<Item | Checkpoint, void, void>;
  position: Page["position"];
  /** Whether the generator has ended. */
  isLast = false;

  constructor(stream: string, items: AsyncGenerator<Item | Checkpoint, void, void>) {
    this.#stream = stream;
    this.#items = items;
  }

  get records(): AsyncIterable<AnyRecord> {
    return this.#read();
  }

  async *#read(): AsyncGenerator<AnyRecord, void, void> {
    for (;;) {
      const next = await this.#items.next();
      if (next.done === true) {
        this.isLast = true;
        return;
      }
      if (next.value instanceof Checkpoint) {
        this.position = next.value.position;
        return;
      }
      yield plainRecord(this.#stream, next.value);
    }
  }
}

async function* cutPages<Item>(
  stream: string,
  items: AsyncGenerator<Item | Checkpoint, void, void>,
): AsyncGenerator<Page, void, void> {
  try {
    let page: FlowingPage<Item>;
    do {
      page = new FlowingPage(stream, items);
      yield page;
    } while (!page.isLast);
  } finally {
    await items.return();
  }
}
