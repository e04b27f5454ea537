import { type AdaptiveConfig, isModern } from "../settings.ts";
import { element, type RequestElement } from "../wire/xml.ts";

/** Periods to export, by their codes. */
export interface TimeSpan {
  readonly start: string;
  readonly end: string;
  readonly stratum?: string | undefined;
}

/** Answers what a request for a version's data says beside the credentials. */
export function dataElements(
  config: AdaptiveConfig,
  { version, span }: { version: string; span: TimeSpan | undefined },
): readonly RequestElement[] {
  const dimensions = config.dimensions.map((name) => element("dimension", { name }));
  return [
    element("version", { name: version, isDefault: false }),
    formatElement(config),
    ...holder("filters", filterElements(config, span)),
    ...holder("dimensions", dimensions),
    rulesElement(config),
  ];
}

/** An element around others, where there are any. */
function holder(name: string, children: readonly RequestElement[]): readonly RequestElement[] {
  return children.length === 0 ? [] : [element(name, {}, children)];
}

/** Says in full what the answer shall look like: what is shown otherwise depends on the API's version. */
function formatElement(config: AdaptiveConfig): RequestElement {
  const common = { useInternalCodes: true, includeUnmappedItems: false };
  if (!isModern(config)) return element("format", common);
  return element("format", {
    ...common,
    useIds: false,
    includeCodes: true,
    includeNames: true,
    includeDisplayNames: false,
    displayNameEnabled: true,
  });
}

function filterElements(config: AdaptiveConfig, span: TimeSpan | undefined): readonly RequestElement[] {
  return [
    ...holder("accounts", accountElements(config)),
    ...holder("levels", levelElements(config)),
    ...(span === undefined ? [] : [element("timeSpan", { ...span })]),
    ...holder("dimensionValues", dimensionElements(config)),
  ];
}

function accountElements(config: AdaptiveConfig): readonly RequestElement[] {
  const { account_codes, assumption_codes, include_descendant_accounts: includeDescendants } = config;
  return [
    ...account_codes.map((code) => element("account", { code, isAssumption: false, includeDescendants })),
    ...assumption_codes.map((code) => element("account", { code, isAssumption: true, includeDescendants })),
  ];
}

function levelElements({ levels }: AdaptiveConfig): readonly RequestElement[] {
  return levels.map(({ name, code, is_rollup, include_descendants }) =>
    element("level", { name, code, isRollup: is_rollup, includeDescendants: include_descendants }),
  );
}

function dimensionElements({ dimension_filters }: AdaptiveConfig): readonly RequestElement[] {
  return dimension_filters.map(({ dimension, code, id, direct_children, uncategorized }) =>
    element("dimensionValue", {
      dimName: id === undefined ? dimension : undefined,
      code,
      id,
      directChildren: direct_children ? true : undefined,
      uncategorized: uncategorized ? true : undefined,
    }),
  );
}

function rulesElement({ rules, currency }: AdaptiveConfig): RequestElement {
  const values = {
    includeZeroRows: rules.include_zero_rows,
    includeRollupAccounts: rules.include_rollup_accounts,
    includeRollupLevels: rules.include_rollup_levels,
    markInvalidValues: rules.mark_invalid_values,
    markBlanks: rules.mark_blanks,
    timeRollups: rules.time_rollups,
  };
  return element("rules", values, currency === undefined ? [] : [currencyElement(currency)]);
}

function currencyElement(currency: string): RequestElement {
  const useCorporate = currency === "corporate";
  const useLocal = currency === "local";
  return element("currency", { useCorporate, useLocal, override: useCorporate || useLocal ? "" : currency });
}
