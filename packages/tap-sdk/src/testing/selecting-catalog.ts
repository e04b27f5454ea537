import type { Catalog } from "@chorale/singer";
import type { Tap } from "../tap.ts";

/** What else is chosen in a catalog. */
export interface SelectionOptions {
  /** Streams that are wanted whole each time. @default none */
  readonly fullTable?: readonly string[] | undefined;
  /** Properties that are not selected, of all streams. @default none */
  readonly deselected?: readonly string[] | undefined;
}

/**
 * Answers the tap's catalog with the named streams selected and all others not. It is that of a tap without settings; a
 * name that it lacks is passed over.
 *
 * @example
 * ```ts
 * const catalog = await selectingCatalog(tapShop, ["orders"], { fullTable: ["orders"] });
 * ```
 */
export async function selectingCatalog<Config>(
  tap: Pick<Tap<Config>, "discover">,
  selected: readonly string[],
  { fullTable = [], deselected = [] }: SelectionOptions = {},
): Promise<Catalog> {
  const { streams } = await tap.discover();
  const choiceOf = (breadcrumb: readonly string[], stream: string): Readonly<Record<string, unknown>> => {
    if (breadcrumb.length > 0) return deselected.includes(breadcrumb[1] ?? "") ? { selected: false } : {};
    const whole = fullTable.includes(stream) ? { "replication-method": "FULL_TABLE" } : {};
    return { selected: selected.includes(stream), ...whole };
  };
  return {
    streams: streams.map((entry) => ({
      ...entry,
      metadata: entry.metadata.map(({ breadcrumb, metadata }) => ({
        breadcrumb,
        metadata: { ...metadata, ...choiceOf(breadcrumb, entry.tap_stream_id) },
      })),
    })),
  };
}
