import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseExact } from "@chorale/singer";
import { runError } from "../exit-codes.ts";
import type { RunEvent } from "../run/run-event.ts";
import type { RunFolder } from "../run/run-folder.ts";
import type { UnitPlugin } from "../run/unit.ts";
import type { TapExtras } from "../settings/resolved.ts";
import { type CatalogCache, type KeptCatalog, latestCatalog, openCatalogCache } from "./catalog-cache.ts";
import { catalogChanges } from "./catalog-diff.ts";
import { applyCatalogRules, filterCatalog, type RuledCatalog } from "./catalog-rules.ts";
import { discover } from "./discovery.ts";
import { isRawCatalog, type RawCatalog } from "./raw-catalog.ts";
import { unmatchedText } from "./unmatched-rules.ts";

/** What a tap is given for its catalog. */
export interface ResolvedCatalog {
  /** The file; undefined when the tap takes no catalog. */
  readonly path: string | undefined;
  /** The option that the tap takes the file by. */
  readonly flag: "--catalog" | "--properties";
  /** The streams that are read, by `tap_stream_id`; empty when the tap takes no catalog. */
  readonly selected: readonly string[];
}

/** What a tap's catalog comes from. */
export interface CatalogSource {
  readonly tap: UnitPlugin;
  readonly extras: TapExtras;
  /** The project's folder. */
  readonly root: string;
  /** Asks the tap although a catalog is kept. */
  readonly refresh: boolean;
  /** How old a kept catalog may be. @default a day */
  readonly ttlSeconds?: number | undefined;
  readonly configPath: string;
  readonly signal: AbortSignal;
  readonly emit: (event: RunEvent) => void;
}

const defaultTtlSeconds = 24 * 60 * 60;

/**
 * Makes the catalog that a tap is run with: the project's own where it names one, else a kept one, else what
 * the tap answers when it is asked; with the project's rules in it, as a file of the run's folder. A tap that
 * only takes `--properties` gets it by that name, and one that takes no catalog gets none.
 *
 * Throws with exit code 16 when discovery fails, and with 2 when there is no way to get at a catalog.
 */
export async function resolveCatalog(
  options: CatalogSource & { folder: RunFolder },
): Promise<ResolvedCatalog> {
  const { tap, extras, folder, emit } = options;
  const flag = tap.capabilities.has("catalog") ? "--catalog" : "--properties";
  if (flag === "--properties" && !tap.capabilities.has("properties")) {
    if (extras.catalog !== undefined)
      warn(options, "takes no catalog: the one that the project names is not used.");
    return { path: undefined, flag: "--catalog", selected: [] };
  }
  const { catalog, selected, unmatched, text } = await ruledCatalog(options);
  emit({ event: "select_resolved", selected, unmatched: unmatched.map(({ rule }) => rule) });
  for (const each of unmatched) warn(options, unmatchedText(each));
  if (selected.length === 0) warn(options, "reads nothing: no stream is selected.");
  return { path: await folder.write("catalog.json", text ?? JSON.stringify(catalog)), flag, selected };
}

/** `text` is there when the catalog is handed on letter by letter. */
async function ruledCatalog(options: CatalogSource): Promise<RuledCatalog & { text?: string }> {
  const { extras } = options;
  if (extras.catalog === undefined) return applyCatalogRules(await rawCatalog(options), extras);
  const own = await ownCatalog(options, extras.catalog);
  const ruled = filterCatalog(own.catalog, extras.selectFilter);
  return extras.selectFilter.length === 0 ? { ...ruled, text: own.text } : ruled;
}

/** Reads the catalog that the project brings along. Throws with exit code 2 when it is none. */
export async function ownCatalog(
  { root, tap }: { readonly root: string; readonly tap: { readonly name: string } },
  name: string,
): Promise<{ catalog: RawCatalog; text: string }> {
  const failed = (what: string, cause?: unknown) =>
    runError("usage", `${tap.name}: the catalog ${name} ${what}. Check the extra "catalog".`, { cause });
  const path = resolve(root, name);
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw failed("cannot be read", error);
  });
  const catalog = parsedOr(text, () => failed("is not JSON"));
  if (isRawCatalog(catalog)) return { catalog, text };
  throw failed('has no list of "streams"');
}

function parsedOr(text: string, failed: () => Error): unknown {
  try {
    return parseExact(text.replace(/^\uFEFF/, ""));
  } catch {
    throw failed();
  }
}

/** Answers a tap's catalog without any rule in it: a kept one, or what the tap answers when it is asked. */
export async function rawCatalog(options: CatalogSource): Promise<RawCatalog> {
  const { extras, refresh, emit } = options;
  const startedAt = performance.now();
  const cache = await cacheOf(options);
  const kept = refresh || !extras.useCachedCatalog ? undefined : await cache?.find();
  if (kept !== undefined && kept.ageSeconds <= (options.ttlSeconds ?? defaultTtlSeconds)) {
    const seconds = (performance.now() - startedAt) / 1000;
    emit({ event: "discovery", streams: kept.catalog.streams.length, ageSeconds: kept.ageSeconds, seconds });
    return kept.catalog;
  }
  return askTap(options, cache);
}

async function askTap(options: CatalogSource, cache: CatalogCache | undefined): Promise<RawCatalog> {
  const { tap, emit } = options;
  if (!tap.capabilities.has("discover")) {
    throw runError(
      "usage",
      `${tap.name}: it takes a catalog and cannot make one: its capabilities lack discover. ` +
        'Add it to "capabilities", or name a file in the extra "catalog".',
    );
  }
  const startedAt = performance.now();
  const onLogLine = (line: string) => emit({ event: "plugin_log", plugin: tap.name, line });
  const { catalog, text } = await discover({ ...options, onLogLine });
  const seconds = (performance.now() - startedAt) / 1000;
  emit({ event: "discovery", streams: catalog.streams.length, ageSeconds: 0, seconds });
  if (cache !== undefined) await keep({ cache, catalog, text }, options);
  return catalog;
}

async function keep(
  { cache, catalog, text }: { cache: CatalogCache; catalog: RawCatalog; text: string },
  options: CatalogSource,
): Promise<void> {
  const before: KeptCatalog | undefined =
    (await cache.find()) ?? (await latestCatalog({ root: options.root, plugin: options.tap.name }));
  if (before !== undefined) {
    for (const change of catalogChanges(before.catalog, catalog))
      warn(options, `since the last discovery: ${change}`);
  }
  try {
    await cache.put(text);
  } catch (error) {
    warn(options, `its catalog cannot be kept: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Without a place to keep catalogs in, every run asks the tap. */
async function cacheOf(options: CatalogSource): Promise<CatalogCache | undefined> {
  try {
    return await openCatalogCache(options);
  } catch (error) {
    warn(options, `its catalog cannot be kept: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

function warn({ emit, tap }: CatalogSource, what: string): void {
  emit({ event: "warning", message: `${tap.name}: ${what}` });
}
