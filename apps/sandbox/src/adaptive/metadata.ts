import { dayAfter, type Month } from "./calendar.ts";
import { Refusal } from "./problems.ts";
import { childOf } from "./request-rules.ts";
import type { Account, AdaptiveStore, VersionNode } from "./store.ts";
import { type Attributes, tag, type XmlElement } from "./xml.ts";

/** Writes what stands in the output of a method. */
export type Output = (call: XmlElement, store: AdaptiveStore) => string;

/** The sheets that there are, by the tag that is their kind. */
export const sheets = [
  { kind: "standard-sheet", id: 401, name: "P&L", prefix: undefined },
  { kind: "cube-sheet", id: 5, name: "Bookings", prefix: "Bookings_Model_New" },
  { kind: "modeled-sheet", id: 3, name: "Personnel", prefix: "Personnel" },
  { kind: "modeled-sheet", id: 4, name: "Global rates", prefix: "Rates" },
] as const;

const flags = { isVirtual: "false", isLocked: "true", hasAuditTrail: "false" };

function versionTag({ id, name, type, children }: VersionNode): string {
  const common = { id, name, shortName: "", type, description: "" };
  const own: Attributes =
    type === "VERSION_FOLDER"
      ? {}
      : {
          ...flags,
          isDefaultVersion: String(id === 2),
          isImportable: "0",
          startPlan: "02/2025",
          lockLeading: "",
        };
  return tag("version", { ...common, ...own }, children.map(versionTag));
}

/** Attributes are there on demand only. */
function attributeTags(wanted: boolean, id: number): readonly string[] {
  if (!wanted || id % 2 === 1) return [];
  const value = tag("attribute", { attributeId: 13, name: "AP Eligible", valueId: 117, value: "Yes" });
  return [tag("attributes", {}, [value])];
}

function included(call: XmlElement, name: string): boolean {
  return childOf(call, "include")?.attributes[name] === "true";
}

const exportAccounts: Output = (call, { accounts }) => {
  const below = Map.groupBy(accounts, ({ parentId }) => parentId);
  const wanted = included(call, "attributes");
  const write = ({ id, code, name }: Account): string =>
    tag(
      "account",
      {
        id,
        code,
        name,
        accountTypeCode: "R",
        timeStratum: "month",
        displayAs: "CURRENCY",
        isGroup: code === "" ? 1 : 0,
        ...(code === ""
          ? {}
          : { timeRollUp: "SUM", isAssumption: 0, balanceType: "CREDIT", hasFormula: "1" }),
        ...(id % 5 === 0 ? { newThing: `new ${id}` } : {}),
      },
      [...attributeTags(wanted, id), ...(below.get(id) ?? []).map(write)],
    );
  return tag("accounts", { seqNo: 12, displayNameType: "NAME" }, (below.get(undefined) ?? []).map(write));
};

const exportLevels: Output = (call, { levels }) => {
  const [top, ...rest] = levels.map(({ id, code, name }) => ({
    id,
    attributes: {
      id,
      code,
      name,
      currency: "USD",
      shortName: "",
      isElimination: 0,
      isLinked: 0,
      hasChildren: String(id === 1 && levels.length > 1),
      ...(included(call, "groups") ? { groupIds: "4,5" } : {}),
    },
  }));
  if (top === undefined) return "";
  const inner = rest.map(({ id, attributes }) => tag("level", attributes, attributeTags(true, id)));
  return tag("levels", { seqNo: 9, displayNameType: "NAME" }, [tag("level", top.attributes, inner)]);
};

const exportDimensions: Output = (call, { dimensions }) => {
  const withValues = included(call, "dimensionValues");
  const wanted = included(call, "attributes");
  const write = ({ id, name, values }: (typeof dimensions)[number]): string => {
    const half = Math.ceil(values.length / 2);
    const tags = values.slice(0, half).map((value, index) => {
      const below = values[half + index];
      const child = below === undefined ? [] : [tag("dimensionValue", { ...below, description: "" })];
      return tag("dimensionValue", { ...value, description: "a value" }, [
        ...child,
        ...attributeTags(wanted, value.id),
      ]);
    });
    const own = {
      id,
      name,
      shortName: "",
      autoCreate: 0,
      listDimension: 1,
      seqNo: 14,
      property1: "Latitude",
    };
    return tag("dimension", own, withValues ? tags : []);
  };
  return tag("dimensions", {}, dimensions.map(write));
};

const exportAttributes: Output = () =>
  tag("attributes", {}, [
    tag(
      "attribute",
      { id: 13, name: "AP Eligible", type: "account", "dimension-id": "", seqNo: 21, autoCreate: 0 },
      [
        tag("attributeValue", { id: 118, name: "No" }),
        tag("attributeValue", { id: 117, name: "Yes" }, [tag("attributeValue", { id: 136, name: "Full" })]),
      ],
    ),
    tag("attribute", { id: 14, name: "Color", type: "level", keepSorted: 1 }),
  ]);

const exportTime: Output = (_call, { months }) => {
  const strata = tag("stratum", { code: "year", label: "Year", id: 3, inUse: 1 }, [
    tag("stratum", { code: "qtr", label: "Quarter", id: 2, inUse: 1 }, [
      tag("stratum", { code: "month", label: "Month", id: 1, inUse: 1, isDefault: 1 }),
    ]),
  ]);
  const monthTag = (month: Month): string =>
    tag("period", {
      code: month.code,
      label: month.code,
      stratumId: 1,
      timeslot: month.index,
      id: 301_001 + month.index,
      end: dayAfter(month),
    });
  const quarters = (all: readonly Month[]): readonly string[] =>
    [...Map.groupBy(all, ({ quarter }) => quarter)].map(([code, each]) =>
      tag(
        "period",
        { code, label: code, stratumId: 2, id: 104_000 + (each[0]?.index ?? 0) },
        each.map(monthTag),
      ),
    );
  const years = [...Map.groupBy(months, ({ year }) => year)].map(([code, each]) =>
    tag("period", { code, label: code, stratumId: 3, id: 26_000 + (each[0]?.index ?? 0) }, quarters(each)),
  );
  return tag("time", { isCustom: 1, qFirstMonth: 2, seqNo: 24 }, [strata, ...years]);
};

const exportUsers: Output = (call, { users }) =>
  tag(
    "users",
    { seqNo: 55 },
    Array.from({ length: users }, (_, index) =>
      tag(
        "user",
        {
          id: 123 + index,
          login: `user${index}@example.test`,
          email: `user${index}@example.test`,
          name: `User ${index}`,
          permissionSetIds: "2",
          guid: `AAFF5218D55ABB923466000${index}`,
          timeZone: "US/Pacific",
          createdDate: "2024-06-26 07:56:00.0",
          ...(index % 2 === 0 ? { lastLogin: "2026-02-19 04:56:32.0" } : {}),
          failedAttempts: index,
          locked: String(index === 3),
          ...(included(call, "groups") ? { groupIds: "304,1" } : {}),
        },
        [tag("subscriptions", { nosubscriptions: 0, systemAlertsAndUpdates: 1 })],
      ),
    ),
  );

const exportSheetDefinition: Output = (call) => {
  const asked = childOf(call, "modeled-sheet") ?? childOf(call, "cube-sheet");
  const sheet = sheets.find(({ kind, id }) => kind === asked?.name && String(id) === asked.attributes["id"]);
  if (sheet === undefined) throw new Refusal("error-invalid-sheet", "Invalid sheet.");
  const columns = tag("columns", {}, [
    tag("levels", { code: "Level", name: "Level", required: "1" }, [tag("level", { id: 1 })]),
    tag("number", { code: "Pay", name: "Pay & more", "read-only": "0" }),
  ]);
  const { kind, id, name, prefix } = sheet;
  return tag(kind, { id, name, prefix, description: "", "available-in-actuals": "1" }, [columns]);
};

const exportModeledSheet: Output = (call) => {
  const name = childOf(call, "exportModel")?.attributes["sheetToExport"];
  const sheet = sheets.find((each) => each.kind === "modeled-sheet" && each.name === name);
  if (sheet === undefined) throw new Refusal("error-invalid-sheet", `Invalid sheet: ${name ?? ""}`);
  return tag("ConfigurableModel", { id: sheet.id, code: sheet.prefix, "strata-code": "month", revision: 7 }, [
    tag("Columns", {}, [tag("Driver", { id: 1, name: "Rate", "driver-type": "NUMBER" })]),
    tag("CalculatedAccounts", {}),
  ]);
};

const exportDimensionMapping: Output = (call) => {
  const name = childOf(call, "version")?.attributes["name"];
  return [
    tag("version", { id: 41, name: name ?? "Live Forecast", readOnly: 0 }),
    tag("dimensions", {}, [
      tag("dimension", { id: 30, name: "Area", mappingDimensionIds: "31,32" }, [
        tag("mappingCriteria", {}, [
          tag("mappingCriterion", { id: 121 }, [
            tag("mapTo", { dimensionValueId: 900 }),
            tag("dimension", { id: 31, type: "dim", valueId: 77 }),
            tag("dimension", { id: 32, type: "dim", valueId: 78 }),
          ]),
        ]),
      ]),
    ]),
  ].join("");
};

/** The methods whose outputs hold no numbers. */
export const metadata: Readonly<Record<string, Output>> = {
  exportVersions: (_call, { versions }) => tag("versions", { seqNo: 77 }, versions.map(versionTag)),
  exportAccounts,
  exportLevels,
  exportDimensions,
  exportAttributes,
  exportTime,
  exportUsers,
  exportSheetDefinition,
  exportModeledSheet,
  exportDimensionMapping,
  exportActiveCurrencies: () =>
    tag("currencies", { seqNo: 4 }, [
      tag("currency", { id: 1, code: "USD", precision: 2, isReportingCurrency: 1, userDefined: 0 }),
      tag("currency", { id: 2, code: "EUR", precision: 2, isReportingCurrency: 0, userDefined: 0 }),
    ]),
  exportCustomerLogo: () => tag("logo", { url: "https://adaptive.example.test/logo?id=1&size=2" }),
  exportDimensionFamilies: () =>
    tag("families", {}, [
      tag("family", { id: 3, name: "Personnel", accounts: "101,102", dimensions: "6,7" }),
    ]),
  exportGroups: () =>
    tag("groups", {}, [tag("group", { id: 4, name: "My group", isGlobal: "false", ownerId: 3 })]),
  exportInstances: (call) => {
    const names = included(call, "accessibleInstances") ? ["EXAMPLE1", "EXAMPLE2"] : ["EXAMPLE1"];
    return tag(
      "instances",
      {},
      names.map((code) => tag("instance", { code, name: code, systemCurrency: "USD" })),
    );
  },
  exportLocales: () => tag("locales", {}, [tag("locale", { code: "en_US", name: "English", isDefault: 1 })]),
  exportRoles: () => tag("roles", {}, [tag("role", { id: 1, name: "Standard", permissions: "SHT,RPT" })]),
  exportPermissionSets: () =>
    tag("permission_sets", {}, [tag("permission_set", { id: 2, name: "Admin", permissions: "SHT,RPT" })]),
  exportSheets: () =>
    tag(
      "sheets",
      {},
      sheets.map(({ kind, id, name, prefix }) => tag(kind, { id, name, prefix, description: "" })),
    ),
  exportTransactionDefinition: () =>
    tag("transaction", {}, [
      tag("posting-date", { name: "Posting date" }),
      tag("type", { name: "Type" }, [tag("value", { id: 1, name: "One" })]),
      tag("dimension", { id: 6, name: "Customer" }),
    ]),
};
