const confirmedNames = [
  "assessments",
  "audits",
  "controls",
  "issues",
  "objectives",
  "requests",
  "risks",
  "programs",
  "vendors",
  "people",
  "systems",
] as const;

const otherTypes = {
  standards: "Standard",
  sections: "Section",
  markets: "Market",
  org_groups: "OrgGroup",
  data_assets: "DataAsset",
  facilities: "Facility",
  products: "Product",
  tasks: "Task",
  policies: "Policy",
  regulations: "Regulation",
  contracts: "Contract",
  clauses: "Clause",
  processes: "Process",
  projects: "Project",
  threats: "Threat",
} as const;

/** The name of a kind of object, which is also its path. */
export type ObjectName = (typeof confirmedNames)[number] | keyof typeof otherTypes;

/** What a field of a generated row holds. */
export type FieldKind =
  | {
      readonly kind: "text" | "html" | "day" | "flag" | "person" | "people" | "reviewers" | "tags" | "scores";
    }
  | { readonly kind: "choice"; readonly choices: readonly [string, ...string[]] }
  | { readonly kind: "reference"; readonly to: ObjectName };

/** What the rows of one kind of object are like, beside what all have in common. */
export interface ObjectKind {
  /** What a row's `type` says. */
  readonly type: string;
  readonly fields: Readonly<Record<string, FieldKind>>;
  /** The kinds of objects that a row's `mapped` lists; without them rows have no such key. */
  readonly mapped?: readonly ObjectName[];
}

const text: FieldKind = { kind: "text" };
const html: FieldKind = { kind: "html" };
const day: FieldKind = { kind: "day" };
const flag: FieldKind = { kind: "flag" };
const person: FieldKind = { kind: "person" };
const people: FieldKind = { kind: "people" };
const tags: FieldKind = { kind: "tags" };

const thirdParty: ObjectKind["fields"] = {
  notes: html,
  url: text,
  reference_url: text,
  risk_rating: { kind: "choice", choices: ["Low", "Medium", "High"] },
  tags,
  start_date: day,
  end_date: day,
  secondary_contact: person,
  owners: people,
  contact: person,
};

const thirdPartyMapped: readonly ObjectName[] = ["data_assets", "facilities", "products", "systems", "tasks"];

/** The objects that are confirmed, and two whose fields are not known. */
const confirmedKinds: Readonly<Record<(typeof confirmedNames)[number], ObjectKind>> = {
  assessments: {
    type: "Assessment",
    fields: {
      conclusion: { kind: "choice", choices: ["Effective", "Ineffective"] },
      control: { kind: "reference", to: "controls" },
      assessors: people,
      start_date: day,
      end_date: day,
    },
    mapped: ["audits"],
  },
  audits: {
    type: "Audit",
    fields: {
      program: { kind: "reference", to: "programs" },
      audit_managers: people,
      start_date: day,
      end_date: day,
      report_period_start_date: day,
      report_period_end_date: day,
      sync_external_attachments: flag,
      sync_external_comments: flag,
    },
    mapped: ["markets", "standards"],
  },
  controls: { type: "Control", fields: {}, mapped: ["objectives"] },
  issues: {
    type: "Issue",
    fields: { notes: html, stop_date: day, tags },
    mapped: ["audits", "controls", "programs", "standards"],
  },
  objectives: {
    type: "Objective",
    fields: { os_state: { kind: "choice", choices: ["Published", "Draft"] } },
  },
  requests: {
    type: "Request",
    fields: {
      audit: { kind: "reference", to: "audits" },
      assignees: people,
      requesters: people,
      reviewers: { kind: "reviewers" },
      verifiers: people,
      start_date: day,
      due_date: day,
      end_date: day,
      stop_date: day,
      tags,
      notes: html,
      test: html,
      notify_assignee: flag,
    },
    mapped: ["controls", "issues", "programs"],
  },
  risks: { type: "Risk", fields: { risk_vector_score_values: { kind: "scores" } } },
  programs: {
    type: "Program",
    fields: {
      notes: html,
      url: text,
      reference_url: text,
      tags,
      effective_date: day,
      stop_date: day,
      primary_contact: person,
      secondary_contact: person,
      managers: people,
      editors: people,
      readers: people,
    },
    mapped: ["assessments", "issues", "org_groups", "requests", "risks", "standards", "systems"],
  },
  vendors: { type: "Vendor", fields: thirdParty, mapped: thirdPartyMapped },
  people: { type: "Person", fields: {} },
  systems: { type: "System", fields: thirdParty, mapped: thirdPartyMapped },
};

/** Every kind of object, by name. Of those after `systems` only the names are known. */
export const objectKinds: ReadonlyMap<string, ObjectKind> = new Map<string, ObjectKind>([
  ...Object.entries(confirmedKinds),
  ...Object.entries(otherTypes).map(([name, type]) => [name, { type, fields: {} }] as const),
]);

/** Tells whether a text is the name of a kind of object. */
export function isObjectName(name: string): name is ObjectName {
  return objectKinds.has(name);
}
