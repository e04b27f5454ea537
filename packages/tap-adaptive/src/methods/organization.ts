import { type FoundElement, inside, named } from "../wire/element-reader.ts";
import { element } from "../wire/xml.ts";
import { flag, json, jsonIn, jsonOf, key, text, textKey, whole } from "./columns.ts";
import type { Method, MethodContext } from "./method.ts";

function included({ selects }: MethodContext, column: string): "true" | undefined {
  return selects("users", column) ? "true" : undefined;
}

const users: Method = {
  stream: "users",
  method: "exportUsers",
  keys: ["id"],
  elements: inside("users"),
  columns: {
    id: key,
    guid: text,
    login: text,
    email: text,
    name: text,
    position: text,
    permission_set_ids: text,
    role_id: text,
    group_ids: text,
    alternate_email: text,
    saml_fed_id: text,
    time_zone: text,
    homepage: text,
    country: text,
    us_state: text,
    perspective: text,
    perspective_name: text,
    dashboard: text,
    dashboard_name: text,
    netsuite_login: text,
    salesforce_login: text,
    created_date: text,
    last_login: text,
    failed_attempts: whole,
    locked: flag,
    subscriptions: json,
    owned_levels: json,
  },
  aliases: { permissionSetId: "permission_set_ids" },
  derived: (found) => ({
    subscriptions: found.children.find(({ name }) => name === "subscriptions")?.attributes ?? null,
    owned_levels: jsonIn(found, "ownedLevels") ?? null,
  }),
  request: (context) => [
    element("include", {
      groups: included(context, "group_ids"),
      ownedLevels: included(context, "owned_levels"),
    }),
  ],
};

const securelyNamed = { id: key, name: text };

/** Nothing is known of the element, so all of it is kept. */
function logoOf(found: FoundElement): Readonly<Record<string, unknown>> {
  const { attributes, text: content } = found;
  const texts = [...Object.values(attributes), content.trim()];
  return {
    id: "instance",
    logo_url: texts.find((each) => /^https?:/.test(each)) ?? null,
    raw: jsonOf(found),
  };
}

/** The methods that tell who and what an instance is. */
export const organization: readonly Method[] = [
  {
    stream: "active_currencies",
    method: "exportActiveCurrencies",
    keys: ["id"],
    elements: inside("currencies"),
    columns: {
      id: key,
      code: text,
      precision: whole,
      is_reporting_currency: flag,
      user_defined: flag,
      description: text,
    },
  },
  {
    stream: "customer_logo",
    method: "exportCustomerLogo",
    keys: ["id"],
    elements: { isRecord: (_, ancestors) => ancestors.length === 0 },
    columns: { id: textKey, logo_url: text, raw: json },
    isOptional: true,
    derived: logoOf,
  },
  {
    stream: "groups",
    method: "exportGroups",
    keys: ["id"],
    elements: inside("groups"),
    columns: { ...securelyNamed, is_global: flag, owner_id: whole },
  },
  {
    stream: "instances",
    method: "exportInstances",
    keys: ["code"],
    elements: inside("instances"),
    columns: {
      code: textKey,
      name: text,
      session_timeout: text,
      calendar_type: text,
      system_currency: text,
      products: text,
      options: text,
      datasources: text,
      notification_type: text,
      workday_tenant_id: text,
      workday_environment: text,
      workday_ui_url: text,
      workday_rest_url: text,
    },
    aliases: { tenantCode: "workday_tenant_id", tenantEnv: "workday_environment" },
    request: () => [element("include", { accessibleInstances: "true" })],
  },
  {
    stream: "locales",
    method: "exportLocales",
    keys: ["code"],
    elements: inside("locales"),
    columns: { code: textKey, name: text, is_default: flag },
  },
  {
    stream: "roles",
    method: "exportRoles",
    keys: ["id"],
    elements: inside("roles"),
    columns: { ...securelyNamed, permissions: text },
    isOptional: true,
  },
  {
    stream: "permission_sets",
    method: "exportPermissionSets",
    keys: ["id"],
    elements: inside("permission_sets"),
    columns: { ...securelyNamed, permissions: text },
  },
  users,
  {
    stream: "transaction_definition",
    method: "exportTransactionDefinition",
    keys: ["position"],
    elements: inside("transaction"),
    columns: { position: key, kind: text, id: whole, name: text, values: json },
    derived: (found) => ({
      position: found.position,
      kind: found.name,
      values: found.children.map(jsonOf),
    }),
  },
];

/** The sheets. The name of an element is the kind of sheet. */
export const sheets: Method = {
  stream: "sheets",
  method: "exportSheets",
  keys: ["id"],
  elements: { isRecord: ({ name }) => name.endsWith("-sheet") },
  columns: {
    id: key,
    sheet_type: text,
    name: text,
    code: text,
    prefix: text,
    description: text,
    is_user_assigned: flag,
  },
  derived: ({ name }) => ({ sheet_type: name }),
};

/** A modeled sheet as its method gives it. */
export const modeledSheetElements = named("ConfigurableModel");
