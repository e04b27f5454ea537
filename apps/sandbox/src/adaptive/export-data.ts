import type { Month } from "./calendar.ts";
import { Refusal } from "./problems.ts";
import { childOf, childrenOf } from "./request-rules.ts";
import type { Account, AdaptiveStore, Dimension, Level, VersionNode } from "./store.ts";
import type { XmlElement } from "./xml.ts";

/** What a period column is made of. */
interface Column {
  readonly header: string;
  readonly months: readonly Month[];
}

/** A data export before it is written. */
export interface DataExport {
  readonly csv: string;
  readonly rows: number;
  readonly cells: number;
}

/** Finds the version that a call names. Folders have no data. */
export function versionOf(call: XmlElement, store: AdaptiveStore): VersionNode {
  const { name, isDefault } = childOf(call, "version")?.attributes ?? {};
  const wanted = isDefault === "true" ? "Live Forecast" : name;
  const version = wanted === undefined ? undefined : store.version(wanted);
  if (version === undefined || version.type === "VERSION_FOLDER") {
    throw new Refusal("error-invalid-version", `Invalid version: ${wanted ?? ""}`);
  }
  return version;
}

function wantedAccounts(filters: XmlElement | undefined, store: AdaptiveStore): readonly Account[] {
  const all = store.accounts.filter(({ code }) => code !== "");
  const asked = childOf(filters, "accounts");
  if (asked === undefined) return all;
  return childrenOf(asked, "account").map(({ attributes }) => {
    const { code, isAssumption, includeDescendants } = attributes;
    const account = all.find((each) => each.code === code);
    if (account === undefined || isAssumption === undefined || includeDescendants === undefined) {
      throw new Refusal("error-invalid-account", `Invalid account: ${code ?? ""}`);
    }
    return account;
  });
}

function wantedLevels(filters: XmlElement | undefined, store: AdaptiveStore): readonly Level[] {
  const asked = childOf(filters, "levels");
  if (asked === undefined) return store.levels;
  const [top] = store.levels;
  const found = childrenOf(asked, "level").flatMap(({ attributes }) => {
    const { name, code, isRollup, includeDescendants } = attributes;
    const level = store.levels.find((each) => each.name === name || each.code === code);
    const isTop = level === top && store.levels.length > 1;
    if (level === undefined || (isRollup === "true") !== isTop || includeDescendants === undefined) {
      throw new Refusal("error-invalid-level", `Invalid level: ${name ?? code ?? ""}`);
    }
    return isTop && includeDescendants === "true" ? store.levels : [level];
  });
  return [...new Set(found)];
}

function wantedMonths(filters: XmlElement | undefined, { months }: AdaptiveStore): readonly Month[] {
  const { start, end } = childOf(filters, "timeSpan")?.attributes ?? {};
  if (start === undefined && end === undefined) return months;
  const first = months.findIndex(({ code }) => code === start);
  const last = months.findIndex(({ code }) => code === end);
  if (first === -1 || last < first) {
    throw new Refusal("error-invalid-time-span", `Invalid time span: ${start ?? ""} to ${end ?? ""}`);
  }
  return months.slice(first, last + 1);
}

function grouped(months: readonly Month[], key: "code" | "quarter" | "year"): readonly Column[] {
  return [...Map.groupBy(months, (month) => month[key])].map(([header, each]) => ({ header, months: each }));
}

const strata = { month: "code", qtr: "quarter", year: "year" } as const;

function isStratum(text: string): text is keyof typeof strata {
  return Object.hasOwn(strata, text);
}

function columnsOf(call: XmlElement, months: readonly Month[]): readonly Column[] {
  const { stratum = "month" } = childOf(childOf(call, "filters"), "timeSpan")?.attributes ?? {};
  if (!isStratum(stratum)) throw new Refusal("error-invalid-stratum", `Invalid stratum: ${stratum}`);
  const own = grouped(months, strata[stratum]);
  const { timeRollups = "false" } = childOf(call, "rules")?.attributes ?? {};
  if (timeRollups === "single") return [{ header: "Rollup", months }];
  if (timeRollups !== "true") return own;
  return [...own, ...grouped(months, "quarter"), ...grouped(months, "year")];
}

function wantedDimensions(call: XmlElement, store: AdaptiveStore): readonly Dimension[] {
  return childrenOf(childOf(call, "dimensions"), "dimension").map(({ attributes }) => {
    const dimension = store.dimensions.find(({ name }) => name === attributes["name"]);
    if (dimension !== undefined) return dimension;
    throw new Refusal("error-invalid-dimension", `Invalid dimension: ${attributes["name"] ?? ""}`);
  });
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

function rolledUp(cells: readonly string[]): string {
  if (cells.includes("I")) return "I";
  const given = cells.filter((cell) => cell !== "");
  if (given.length === 0) return "";
  if (cells.length === 1) return given[0] ?? "";
  return String(given.reduce((sum, cell) => sum + Number(cell), 0));
}

function shown(value: string, { markBlanks, markInvalidValues }: Readonly<Record<string, string>>): string {
  if (value === "") return markBlanks === "true" ? "B" : "";
  return value === "I" && markInvalidValues !== "true" ? "" : value;
}

function checkForm(call: XmlElement): { hasCodes: boolean } {
  const { useInternalCodes, includeCodes, includeNames = "true" } = childOf(call, "format")?.attributes ?? {};
  if (useInternalCodes !== "true" || includeNames !== "true") {
    throw new Refusal("error-invalid-format", "The stand-in gives internal codes and names only.");
  }
  const currency = childOf(childOf(call, "rules"), "currency")?.attributes;
  const { useCorporate, useLocal, override = "" } = currency ?? {};
  const ways = [useCorporate === "true", useLocal === "true", override !== ""].filter(Boolean).length;
  if (currency !== undefined && ways !== 1) {
    throw new Refusal("error-invalid-currency", "Exactly one of the currency rules must be set.");
  }
  return { hasCodes: includeCodes === "true" };
}

interface KeyPart {
  readonly code: string;
  readonly name: string;
}

/** Every combination of one value of each dimension. */
function combinations(dimensions: readonly Dimension[]): readonly (readonly KeyPart[])[] {
  return dimensions.reduce<readonly (readonly KeyPart[])[]>(
    (all, { values }) => all.flatMap((parts) => values.map((value) => [...parts, value])),
    [[]],
  );
}

/** Answers a data export as the vendor writes it. Throws a `Refusal` for what does not exist. */
export function exportData(call: XmlElement, store: AdaptiveStore): DataExport {
  const version = versionOf(call, store);
  const { hasCodes } = checkForm(call);
  const filters = childOf(call, "filters");
  const rules = childOf(call, "rules")?.attributes ?? {};
  const columns = columnsOf(call, wantedMonths(filters, store));
  const dimensions = wantedDimensions(call, store);
  const lines: string[] = [headerOf(dimensions, { hasCodes, columns })];
  for (const account of wantedAccounts(filters, store)) {
    for (const level of wantedLevels(filters, store)) {
      for (const parts of combinations(dimensions)) {
        const place = [account.code, level.code, ...parts.map(({ code }) => code)];
        const values = columns.map(({ months }) =>
          rolledUp(months.map((month) => store.cell(version, place, month))),
        );
        const isEmpty = values.every((value) => value === "" || Number(value) === 0);
        if (isEmpty && rules["includeZeroRows"] !== "true") continue;
        const keys = keysOf({ account, level, parts, hasCodes }).map(quoted);
        lines.push([...keys, ...values.map((value) => shown(value, rules))].join(","));
      }
    }
  }
  const rows = lines.length - 1;
  return { csv: `${lines.join("\n")}\n`, rows, cells: rows * columns.length };
}

function headerOf(
  dimensions: readonly Dimension[],
  { hasCodes, columns }: { hasCodes: boolean; columns: readonly Column[] },
): string {
  const own = dimensions.flatMap(({ name }) => [
    ...(hasCodes ? [quoted(`${name} Code`)] : []),
    quoted(`${name} Name`),
  ]);
  const levels = hasCodes ? ["Level Code", "Level Name"] : ["Level Name"];
  return ["Account Name", "Account Code", ...levels, ...own, ...columns.map(({ header }) => header)].join(
    ",",
  );
}

function keysOf(row: {
  account: Account;
  level: Level;
  parts: readonly KeyPart[];
  hasCodes: boolean;
}): readonly string[] {
  const { account, level, parts, hasCodes } = row;
  const of = ({ code, name }: KeyPart): readonly string[] => (hasCodes ? [code, name] : [name]);
  return [account.name, account.code, ...of(level), ...parts.flatMap(of)];
}
