import { isObject, type JsonSchema, SchemaError } from "@chorale/singer";
import type { Classify, DiscoverContext, StreamFinding } from "@chorale/tap-sdk";
import { withAdvice } from "./advice.ts";
import type { ZuoraRevenueConfig } from "./client.ts";
import { type DescribedColumn, describedKind, schemaOfKind } from "./columns.ts";
import type { View } from "./views.ts";

/** A view that the tenant does not have. */
const unknownView: Classify = ({ status }) => (status === 400 || status === 404 ? "skip" : undefined);

/** Asks for the columns of a view: a set of names with types, whose order means nothing. */
export async function describeView(
  view: View,
  { http, config, log }: DiscoverContext<ZuoraRevenueConfig>,
): Promise<StreamFinding> {
  const path = `v2/biviews/${encodeURIComponent(view.name)}/describe-columns`;
  const { body, skipped } = await withAdvice(() => http.request("GET", path, { classify: unknownView }));
  if (skipped) return { unavailable: `there is no view ${view.name}` };
  const columns = columnsIn(body, view.name);
  const isText = config.types === "text";
  const names = new Set(columns.map(({ name }) => name));
  const missingKey = view.keys.find((key) => !names.has(key));
  if (missingKey !== undefined) {
    throw new SchemaError(
      `${view.name}: there is no column ${missingKey}, which is in its key. Set "key_overrides".`,
      { stream: view.name.toLowerCase(), key: missingKey },
    );
  }
  const missing = [...view.columns.keys()].filter((name) => !names.has(name));
  if (missing.length > 0) {
    log.warn(`${view.name}: columns that are usually there are missing`, { view: view.name, missing });
  }
  const properties = columns.map((column): readonly [string, JsonSchema] => {
    const kind = describedKind(column, { view, isText });
    return [column.name, schemaOfKind(kind, column.scale).json];
  });
  return { properties: Object.fromEntries(properties) };
}

/** The list is known in two forms: with precision and scale, and without. */
function columnsIn(body: unknown, view: string): readonly DescribedColumn[] {
  const list = Array.isArray(body) ? body : [];
  const columns = list.flatMap((column: unknown): readonly DescribedColumn[] => {
    if (!isObject(column) || typeof column["column_name"] !== "string") return [];
    const { data_type: type, data_scale: scale } = column;
    const name = column["column_name"].toUpperCase();
    return [{ name, dataType: typeof type === "string" ? type : "", scale: scaleOf(scale) }];
  });
  if (columns.length > 0) return columns;
  throw new SchemaError(`${view}: describe-columns answered no columns. Look whether the API changed.`, {
    stream: view.toLowerCase(),
  });
}

function scaleOf(scale: unknown): number | undefined {
  const value = typeof scale === "number" || (typeof scale === "string" && scale !== "") ? Number(scale) : -1;
  return Number.isInteger(value) && value >= 0 && value <= 38 ? value : undefined;
}
