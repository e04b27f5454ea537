import { ConnectorError } from "@chorale/singer";
import type { Problem } from "../project/place.ts";
import type { ResolvedPlugin } from "../settings/resolved.ts";
import { latestCatalog } from "./catalog-cache.ts";
import { applyCatalogRules } from "./catalog-rules.ts";
import { unmatchedText } from "./unmatched-rules.ts";

/**
 * Answers the rules of a tap that match nothing in the catalog that was discovered last. Nothing is asked: without
 * such a catalog, or with one of the project's own, there is nothing to say.
 */
export async function rulesWithoutMatch(
  { plugin, extras, settings }: ResolvedPlugin,
  root: string,
): Promise<readonly Problem[]> {
  if (plugin.type !== "extractors" || extras.catalog !== undefined) return [];
  const kept = await latestCatalog({ root, plugin: plugin.name });
  if (kept === undefined) return [];
  const problem = (message: string, extra: string): Problem => ({
    severity: "error",
    message: `${plugin.name}: ${message}`,
    place: settings.get(`_${extra}`)?.winner.place ?? plugin.place,
    suggestion: `Mend it, or ask the tap anew: chorale select ${plugin.name} --refresh-catalog.`,
  });
  try {
    const { unmatched } = applyCatalogRules(kept.catalog, extras);
    return unmatched.map((each) => problem(unmatchedText(each), each.extra));
  } catch (error) {
    if (!ConnectorError.isInstance(error)) throw error;
    return [{ ...problem(error.message, ""), suggestion: undefined }];
  }
}
