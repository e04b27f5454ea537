import { boolean, ConfigError, integer, nullable, number, string } from "@chorale/singer";
import type { Columns } from "../methods/columns.ts";
import { type AdaptiveConfig, isModern } from "../settings.ts";

/** A dimension as two columns. */
export interface DimensionColumns {
  readonly name: string;
  readonly nameColumn: string;
  readonly codeColumn: string;
}

const fixed = {
  version_id: integer(),
  version: string(),
  account_name: string(),
  account_code: string(),
  level_name: string(),
  level_code: nullable(string()),
  period: string(),
  calendar_year: nullable(integer()),
  calendar_month: nullable(integer()),
  value: nullable(number()),
  is_invalid: boolean(),
} satisfies Columns;

/** Names the columns of dimensions. Throws `ConfigError` when two of them have one name. */
export function dimensionColumns(dimensions: readonly string[]): readonly DimensionColumns[] {
  const taken = new Set(Object.keys(fixed));
  return dimensions.map((name) => {
    const plain = name
      .normalize("NFKD")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}]+/gu, "_")
      .replaceAll(/^_+|_+$/g, "");
    const base = plain === "" || taken.has(`${plain}_name`) ? `dimension_${plain}` : plain;
    if (taken.has(`${base}_name`)) {
      throw new ConfigError(
        `config: "dimensions" has ${JSON.stringify(name)} twice, or another name like it. Leave one out.`,
      );
    }
    taken.add(`${base}_name`);
    return { name, nameColumn: `${base}_name`, codeColumn: `${base}_code` };
  });
}

/** Answers the columns of data, and which of them are its key. */
export function dataColumns(config: Pick<AdaptiveConfig, "dimensions"> & { readonly isModern: boolean }): {
  columns: Columns;
  keys: readonly string[];
} {
  const own = dimensionColumns(config.dimensions).flatMap(({ nameColumn, codeColumn }) =>
    config.isModern ? [nameColumn, codeColumn] : [nameColumn],
  );
  const levelKeys = config.isModern ? ["level_name", "level_code"] : ["level_name"];
  return {
    columns: {
      ...fixed,
      ...(config.isModern ? { level_code: string() } : {}),
      ...Object.fromEntries(own.map((column) => [column, string()])),
    },
    keys: ["version_id", "account_code", ...levelKeys, "period", ...own],
  };
}

/** The columns of data that a configuration makes. */
export function dataColumnsOf(config: AdaptiveConfig): ReturnType<typeof dataColumns> {
  return dataColumns({ dimensions: config.dimensions, isModern: isModern(config) });
}
