import { hashOf } from "../seeded-random.ts";
import { type Month, monthsOf } from "./calendar.ts";

/** A version, or a folder of them. Tests may change the tree between runs. */
export interface VersionNode {
  readonly id: number;
  name: string;
  /** `ACTUALS`, `PLANNING`, `SCENARIO` or `VERSION_FOLDER`. */
  readonly type: string;
  children: VersionNode[];
}

/** An account; groups have no data. */
export interface Account {
  readonly id: number;
  readonly code: string;
  readonly name: string;
  readonly parentId: number | undefined;
}

/** A level of the organization. The first one is above all others. */
export interface Level {
  readonly id: number;
  readonly code: string;
  readonly name: string;
}

/** A dimension with its values; the second half of them is below the first. */
export interface Dimension {
  readonly id: number;
  readonly name: string;
  readonly values: readonly { readonly id: number; readonly code: string; readonly name: string }[];
}

/** An event of the audit. */
export interface AuditEvent {
  /** In milliseconds. */
  readonly at: number;
  readonly action: string;
  readonly actor: string;
}

/** How much there is. */
export interface AdaptiveSize {
  /** Accounts with data, all of them generated. @default 12, and a dozen that are called as a company calls them */
  readonly accounts?: number;
  /** @default 4 */
  readonly levels?: number;
  /** @default 12 */
  readonly months?: number;
  /** Values of each dimension. @default 4 */
  readonly dimensionValues?: number;
  /** Users and groups. @default 5 */
  readonly users?: number;
  /** Rows of each modeled sheet, in each version. @default 5 */
  readonly modelRows?: number;
  /** Audit events, one every three hours. @default 40 */
  readonly auditEvents?: number;
}

/** The data behind a stand-in. */
export interface AdaptiveStore {
  readonly seed: number;
  readonly versions: VersionNode[];
  readonly groupIds: readonly number[];
  readonly accounts: readonly Account[];
  readonly levels: readonly Level[];
  readonly months: readonly Month[];
  readonly dimensions: readonly Dimension[];
  readonly audit: AuditEvent[];
  readonly users: number;
  readonly modelRows: number;
  /** What a cell shows: a number as text, `""` for a blank one, `I` for an invalid one. */
  cell(version: VersionNode, place: readonly string[], month: Month): string;
  /** Finds a version, or a folder, by its name. */
  version(name: string): VersionNode | undefined;
}

function node(
  id: number,
  [name, type]: readonly [string, string],
  children: VersionNode[] = [],
): VersionNode {
  return { id, name, type, children };
}

/** Folders in folders, an empty one, one with a single version, and versions with scenarios. */
function usualVersions(): VersionNode[] {
  return [
    node(1, ["Actuals", "ACTUALS"], [node(5, ["Adjusted Actuals", "ACTUALS"])]),
    node(
      40,
      ["Shared with Data", "VERSION_FOLDER"],
      [
        node(41, ['FY26 Plan & "Board" <1>', "PLANNING"], [node(46, ["FY26 Plan: worst case", "SCENARIO"])]),
        node(42, ["Older", "VERSION_FOLDER"], []),
        node(
          43,
          ["Archive", "VERSION_FOLDER"],
          [node(44, ["Deep", "VERSION_FOLDER"], [node(45, ["FY25 Plan", "PLANNING"])])],
        ),
      ],
    ),
    node(2, ["Live Forecast", "PLANNING"], [node(10, ["Worst Case", "SCENARIO"])]),
  ];
}

/** Names that break whoever does not escape or quote. */
const names = [
  "Revenue, net",
  'The "big" one',
  "R&D <all>",
  "Ends ]]> early",
  "Größe\nin lines",
  "Headcount",
];

/** Accounts of plans and metrics, called as a company calls them. */
const plannedCodes: readonly (readonly [code: string, name: string])[] = [
  ["RPO", "RPO"],
  ["cRPO", "cRPO"],
  ["Revenue", "Revenue"],
  ["Bookings_Model_New.Plan_Contraction_and_Churn", "Contraction and Churn"],
  ["new_logos", "New Logos"],
  ["Bookings_Model_New.BM_Exit_ARR", "Exit ARR"],
  ["Bookings_Model_New.BM_Net_ARR_Bookings", "Net ARR Bookings"],
  ["Bookings_Model_New.5K_Customer_Number", "5K Customers"],
  ["Bookings_Model_New.100K_Customer_Number", "100K Customers"],
  ["Headcount", "Headcount"],
  ["Current_Billings", "Current Billings"],
  ["Total_Calc_Billings", "Total Calculated Billings"],
];

function generatedAccounts(count: number): readonly Account[] {
  const groups = Math.max(1, Math.ceil(count / 10));
  const group = (index: number): Account => ({
    id: 100 + index,
    code: "",
    name: `Group ${index}`,
    parentId: index === 0 ? undefined : 100 + Math.floor((index - 1) / 2),
  });
  const account = (index: number): Account => ({
    id: 100_000 + index,
    code: `Model.Account_${index}`,
    name: `${names[index % names.length]} ${index}`,
    parentId: 100 + (index % groups),
  });
  return [
    ...Array.from({ length: groups }, (_, index) => group(index)),
    ...Array.from({ length: count }, (_, index) => account(index)),
  ];
}

/** A dozen of each kind. */
function usualAccounts(): readonly Account[] {
  const planned = plannedCodes.map(([code, name], index) => ({
    id: 90_000 + index,
    code,
    name,
    parentId: 100,
  }));
  return [...generatedAccounts(12), ...planned];
}

function generatedLevels(count: number): readonly Level[] {
  return Array.from({ length: Math.max(1, count) }, (_, index) =>
    index === 0
      ? { id: 1, code: "MC", name: "Master Corporate" }
      : { id: index + 1, code: `L-${index}`, name: `Level ${index} & co` },
  );
}

function generatedDimensions(count: number): readonly Dimension[] {
  return ["Customer", "Product line"].map((name, dimension) => ({
    id: 6 + dimension,
    name,
    values: Array.from({ length: count }, (_, index) => ({
      id: 500 + dimension * 1_000_000 + index,
      code: `${name.charAt(0)}${index}`,
      name: `${name} "${index}"`,
    })),
  }));
}

function findVersion(nodes: readonly VersionNode[], name: string): VersionNode | undefined {
  for (const each of nodes) {
    const found = each.name === name ? each : findVersion(each.children, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

const auditStepMs = 3 * 3_600_000;
const actions = ["LOGIN", "LOGOUT", "EXPORT"];

function generatedAudit(count: number, now: number): AuditEvent[] {
  const newest = Math.floor(now / 1000) * 1000 - 600_000;
  return Array.from({ length: count }, (_, index) => ({
    at: newest - (count - 1 - index) * auditStepMs,
    action: actions[index % actions.length] ?? "LOGIN",
    actor: `user${index % 3}@example.test`,
  }));
}

/** Makes the data of a stand-in; the same seed and size give the same data. */
export function createStore(options: { seed: number; now: number; size: AdaptiveSize }): AdaptiveStore {
  const { seed, now, size } = options;
  const versions = usualVersions();
  const accounts = size.accounts === undefined ? usualAccounts() : generatedAccounts(size.accounts);
  return {
    seed,
    versions,
    accounts,
    groupIds: accounts.filter(({ code }) => code === "").map(({ id }) => id),
    levels: generatedLevels(size.levels ?? 4),
    months: monthsOf(size.months ?? 12),
    dimensions: generatedDimensions(size.dimensionValues ?? 4),
    audit: generatedAudit(size.auditEvents ?? 40, now),
    users: size.users ?? 5,
    modelRows: size.modelRows ?? 5,
    version: (name) => findVersion(versions, name),
    cell({ id }, place, { code }) {
      const hash = hashOf(seed, id, ...place, code);
      if (hash % 17 === 0) return "";
      if (hash % 101 === 0) return "I";
      if (hash % 7 === 0) return "0.0";
      return String(((hash % 2_000_001) - 1_000_000) / 128);
    },
  };
}
