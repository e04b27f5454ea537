import { Refusal } from "./problems.ts";
import type { XmlElement } from "./xml.ts";

/** The elements that may stand below an element, and the attributes of each. */
interface Rule {
  readonly attributes?: readonly string[];
  readonly children?: Readonly<Record<string, Rule>>;
}

const named: Rule = { attributes: ["name"] };
const version: Rule = { attributes: ["name", "isDefault"] };
const timeSpan: Rule = { attributes: ["start", "end", "stratum"] };
const levelFilter: Rule = { attributes: ["name", "code", "isRollup", "includeDescendants"] };
const levels: Rule = { children: { level: levelFilter } };
const credentials: Rule = { attributes: ["login", "password", "token", "locale", "instanceCode"] };

function include(...attributes: readonly string[]): Readonly<Record<string, Rule>> {
  return { include: { attributes } };
}

const exportData: Readonly<Record<string, Rule>> = {
  version,
  format: {
    attributes: [
      "useInternalCodes",
      "includeUnmappedItems",
      "useIds",
      "includeCodes",
      "includeNames",
      "includeDisplayNames",
      "displayNameEnabled",
    ],
  },
  filters: {
    children: {
      accounts: { children: { account: { attributes: ["code", "isAssumption", "includeDescendants"] } } },
      levels,
      timeSpan,
      dimensionValues: {
        children: {
          dimensionValue: {
            attributes: [
              "dimName",
              "code",
              "id",
              "directChildren",
              "uncategorized",
              "uncategorizedOfDimension",
            ],
          },
        },
      },
    },
  },
  dimensions: { children: { dimension: named } },
  rules: {
    attributes: [
      "includeZeroRows",
      "includeRollups",
      "includeRollupAccounts",
      "includeRollupLevels",
      "markInvalidValues",
      "markBlanks",
      "timeRollups",
    ],
    children: { currency: { attributes: ["useCorporate", "useLocal", "override"] } },
  },
};

const exportConfigurableModelData: Readonly<Record<string, Rule>> = {
  version,
  job: { attributes: ["jobNumber", "pageNumber", "pageSize"] },
  "modeled-sheet": {
    // The vendor's own schema spells the last one so, and refuses the right spelling.
    attributes: [
      "name",
      "isGlobal",
      "includeAllColumns",
      "isGetAllRows",
      "useNumericIDs",
      "includeCodes",
      "includeNames",
      "includeDisplayNames",
      "useAccountPrecision",
      "useActualValue",
      "diplsayNameEnabled",
    ],
  },
  filters: { children: { timeSpan, levels } },
};

/** What each method takes beside the credentials. */
const methods: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  exportVersions: include("rootActuals", "scenarios", "currencyVersions"),
  exportData,
  exportAccounts: {
    ...include("versionName", "versionID", "attributes", "inaccessibleValues", "displayNameEnabled"),
    sheet: { attributes: ["id"] },
  },
  exportActiveCurrencies: {},
  exportAttributes: include("displayNameEnabled", "attributeIDs"),
  exportConfigurableModelData,
  exportCustomerLogo: {},
  exportDimensionFamilies: {},
  exportDimensions: include(
    "versionName",
    "dimensionValues",
    "attributes",
    "displayNameEnabled",
    "dimensionIDs",
    "inaccessibleValues",
  ),
  exportDimensionMapping: { version, dimensions: { children: { dimension: named } } },
  exportGroups: {},
  exportInstances: include("accessibleInstances"),
  exportLevels: {
    ...include("versionID", "versionName", "inaccessibleValues", "groups", "displayNameEnabled"),
    sheet: { attributes: ["id"] },
  },
  exportLocales: {},
  exportModeledSheet: { exportModel: { attributes: ["sheetToExport"] } },
  exportRoles: {},
  exportPermissionSets: {},
  exportSecurityAudit: include("actor", "dateTimeFrom", "dateTimeTo"),
  exportSheetDefinition: { "modeled-sheet": { attributes: ["id"] }, "cube-sheet": { attributes: ["id"] } },
  exportSheets: {},
  exportTime: { options: { attributes: ["includeAllLocales", "includeLegacyInformation"] } },
  exportTransactionDefinition: {},
  exportUsers: include("groups", "ownedLevels"),
};

function refuseStrangers({ name, attributes, children }: XmlElement, rule: Rule): void {
  const [attribute] = Object.keys(attributes).filter((key) => rule.attributes?.includes(key) !== true);
  if (attribute !== undefined) {
    throw new Refusal(
      "error-invalid-request",
      `Attribute '${attribute}' is not allowed to appear in element '${name}'.`,
    );
  }
  for (const child of children) {
    const below = rule.children?.[child.name];
    if (below === undefined) {
      throw new Refusal(
        "error-invalid-request",
        `Element '${child.name}' is not allowed in element '${name}'.`,
      );
    }
    refuseStrangers(child, below);
  }
}

/** What came with a later version of the API, by where it stands. */
const since: readonly { at: RegExp; from: number }[] = [
  { at: /^call@stream$/u, from: 32 },
  {
    at: /^call\/format@(?:useIds|includeCodes|includeNames|includeDisplayNames|displayNameEnabled)$/u,
    from: 32,
  },
  { at: /^call\/filters\/timeSpan@stratum$/u, from: 24 },
  { at: /^call\/rules@includeRollup(?:Accounts|Levels)$/u, from: 25 },
];
const goneFrom25 = /^call\/rules@includeRollups$/u;

function* placesOf(element: XmlElement, above = ""): Generator<string> {
  const path = `${above}${element.name}`;
  for (const key of Object.keys(element.attributes)) yield `${path}@${key}`;
  for (const child of element.children) yield* placesOf(child, `${path}/`);
}

/** Refuses a call that the API of this version would not take. Throws a `Refusal`. */
export function checkCall(call: XmlElement, apiVersion: number): void {
  const { method = "", callerName = "" } = call.attributes;
  const own = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (call.name !== "call" || own === undefined) {
    throw new Refusal("error-invalid-method", `Invalid method: ${method}`);
  }
  if (callerName === "") throw new Refusal("error-invalid-request", "callerName is required.");
  refuseStrangers(call, {
    attributes: ["method", "callerName", "stream"],
    children: { credentials, ...own },
  });
  for (const place of placesOf(call)) {
    const isEarly = since.some(({ at, from }) => at.test(place) && apiVersion < from);
    if (isEarly || (goneFrom25.test(place) && apiVersion >= 25)) {
      throw new Refusal("error-invalid-request", `${place} is not known in v${apiVersion}.`);
    }
  }
}

/** The children of an element, by name. */
export function childrenOf(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  return element?.children.filter((child) => child.name === name) ?? [];
}

/** The first child of a name. */
export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return childrenOf(element, name)[0];
}
