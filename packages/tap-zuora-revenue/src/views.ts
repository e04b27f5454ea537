import type { ZuoraRevenueConfig } from "./client.ts";
import { viewColumns } from "./view-columns.ts";

/** What the fact sheet says of a column. */
export type KnownKind = "text" | "number" | "moment" | "period";

/** A BI view: one stream. */
export interface View {
  readonly name: string;
  readonly keys: readonly string[];
  /** The columns that are known without asking. */
  readonly columns: ReadonlyMap<string, KnownKind>;
  readonly selectedByDefault: boolean;
}

/** Views whose columns differ too much, or were never seen: only the account can tell them. */
const otherViews: Readonly<Record<string, boolean>> = {
  BI3_RC_LN_COST: true,
  BI3_LN_ACCT_SUMM: false,
  BI3_PERIODS: false,
  BI3_LINE_STAGE_HISTORY: false,
  BI3_EVENT_STAGE_HISTORY: false,
  BI3_CT_MOD_DETAIL: false,
  BI3_RC_CT_MOD_DET: false,
  BI3_RC_LNS_VERSION: false,
  BI3_POB_ACTIONS: false,
};
/** Zuora derives it from other views, and does so for hours. */
const derivedView = "BI3_WF_SUMM";
const kinds: Readonly<Record<string, KnownKind>> = { "#": "number", "@": "moment", "%": "period" };

/** The views that every tenant may have. */
export const knownViews: readonly View[] = [
  ...Object.entries(viewColumns).map(([name, { keys, columns }]) => ({
    name,
    keys,
    columns: new Map(columns.split(" ").map(knownColumn)),
    selectedByDefault: name !== derivedView,
  })),
  ...Object.entries(otherViews).map(([name, selectedByDefault]) => ({
    ...strangeView(name),
    selectedByDefault,
  })),
];

/** Answers the views of a configuration: the known ones, its own, and its own keys. */
export function viewsOf({
  extra_views: extra,
  key_overrides: overrides,
}: Pick<ZuoraRevenueConfig, "extra_views" | "key_overrides">): readonly View[] {
  const names = new Set(knownViews.map(({ name }) => name));
  const added = [...new Set(extra.map((name) => name.toUpperCase()))].filter((name) => !names.has(name));
  const keysOf = new Map(Object.entries(overrides).map(([view, keys]) => [view.toUpperCase(), keys]));
  return [...knownViews, ...added.map(strangeView)].map((view) => {
    const keys = keysOf.get(view.name)?.map((key) => key.toUpperCase());
    return keys === undefined ? view : { ...view, keys };
  });
}

function strangeView(name: string): View {
  return { name, keys: [], columns: new Map(), selectedByDefault: true };
}

function knownColumn(spelled: string): readonly [string, KnownKind] {
  return [spelled.replace(/[#@%]$/, ""), kinds[spelled.at(-1) ?? ""] ?? "text"];
}
