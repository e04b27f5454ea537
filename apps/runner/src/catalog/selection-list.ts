import { ConnectorError } from "@chorale/singer";
import { runError } from "../exit-codes.ts";
import { problemText } from "../project/problems.ts";
import type { RunEvent } from "../run/run-event.ts";
import { createRunFolder } from "../run/run-folder.ts";
import type { ResolveOptions } from "../settings/resolve-plugin.ts";
import type { ResolvedPlugin } from "../settings/resolved.ts";
import { unitPluginOf } from "../settings/unit-plugins.ts";
import { durationText } from "../view/quantities.ts";
import { latestCatalog } from "./catalog-cache.ts";
import { applyCatalogRules, filterCatalog, type RuledCatalog } from "./catalog-rules.ts";
import type { RawCatalog } from "./raw-catalog.ts";
import { ownCatalog, rawCatalog } from "./resolve-catalog.ts";

/** What a tap's selection is looked at with. */
export interface SelectionOptions extends ResolveOptions {
  readonly refresh: boolean;
  readonly signal: AbortSignal;
  readonly emit: (event: RunEvent) => void;
}

/**
 * Answers a tap's catalog with the project's rules in it. A catalog that is kept of the same configuration is
 * taken however old it is, so that nothing has to be reached; else the tap is asked; and when that fails, the
 * catalog that was discovered last is taken, with a warning. `refresh` always asks the tap.
 */
export async function selectionOf(
  resolved: ResolvedPlugin,
  options: SelectionOptions,
): Promise<RuledCatalog> {
  const { plugin, extras } = resolved;
  const { root } = options.project;
  if (extras.catalog !== undefined) {
    const { catalog } = await ownCatalog({ root, tap: plugin }, extras.catalog);
    return filterCatalog(catalog, extras.selectFilter);
  }
  try {
    return applyCatalogRules(await currentCatalog(resolved, options), extras);
  } catch (error) {
    if (options.refresh || options.signal.aborted || !ConnectorError.isInstance(error)) throw error;
    const kept = await latestCatalog({ root, plugin: plugin.name });
    if (kept === undefined) throw error;
    const age = durationText(kept.ageSeconds);
    options.emit({ event: "warning", message: `${error.message} This is the catalog of ${age} ago.` });
    return applyCatalogRules(kept.catalog, extras);
  }
}

async function currentCatalog(resolved: ResolvedPlugin, options: SelectionOptions): Promise<RawCatalog> {
  const { signal, emit, refresh, project } = options;
  const error = resolved.problems.find(({ severity }) => severity === "error");
  if (error !== undefined) throw runError("usage", problemText(error));
  const tap = await unitPluginOf(resolved, project.root);
  const folder = await createRunFolder();
  try {
    const configPath = await folder.write("tap.config.json", JSON.stringify(tap.config));
    const source = { tap, extras: resolved.extras, root: project.root, refresh, configPath, signal, emit };
    return await rawCatalog({ ...source, ttlSeconds: Number.POSITIVE_INFINITY });
  } finally {
    await folder.remove();
  }
}
