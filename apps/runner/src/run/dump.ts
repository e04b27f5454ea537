import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { resolveCatalog } from "../catalog/resolve-catalog.ts";
import { mergedState } from "../state/merge-states.ts";
import type { StateBackend } from "../state/state-backend.ts";
import { createRunFolder } from "./run-folder.ts";
import type { Unit } from "./unit.ts";

/** What a dump is made with. */
export interface DumpOptions {
  readonly what: "catalog" | "state" | "extractor-config" | "loader-config";
  readonly root: string;
  readonly backend: StateBackend;
  readonly signal: AbortSignal;
  readonly stderr: (text: string) => void;
}

/** Answers one of the files that a unit's processes would be given, as JSON; secrets are in it. */
export async function dumpOf(unit: Unit, options: DumpOptions): Promise<string> {
  const { what, root, backend } = options;
  switch (what) {
    case "extractor-config":
      return JSON.stringify(unit.tap.config, null, 2);
    case "loader-config":
      return JSON.stringify(unit.target.config, null, 2);
    case "state": {
      const { state: file } = unit.extras;
      if (file !== undefined) return (await readFile(resolve(root, file), "utf8")).trimEnd();
      return mergedState(await backend.read(unit.stateId)) ?? "{}";
    }
    case "catalog":
      return await catalogOf(unit, options);
  }
}

async function catalogOf(unit: Unit, { root, signal, stderr }: DumpOptions): Promise<string> {
  const folder = await createRunFolder();
  try {
    const { tap, extras, policy } = unit;
    const configPath = await folder.write("tap.config.json", JSON.stringify(tap.config));
    const { path } = await resolveCatalog({
      ...{
        tap,
        extras,
        folder,
        root,
        refresh: policy.refreshCatalog || policy.fullRefresh !== "none",
        ttlSeconds: policy.catalogTtlSeconds,
        configPath,
        signal,
      },
      emit(event) {
        if (event.event === "warning") stderr(`${event.message}\n`);
        if (event.event === "plugin_log") stderr(`${event.plugin} | ${event.line}\n`);
      },
    });
    return path === undefined ? "{}" : await readFile(path, "utf8");
  } finally {
    await folder.remove();
  }
}
