import { matchesPath } from "../path-pattern.ts";
import type { DenialReason } from "./problems.ts";

interface FeatureDefinition {
  /** The paths below `/api` that are refused without the feature. */
  readonly paths: readonly string[];
  readonly refusal: DenialReason;
}

/** What an account may have or lack, and how its endpoints are refused then. */
export const featureDefinitions = {
  ticket_forms: { paths: ["v2/ticket_forms", "v2/ticket_form_statuses"], refusal: "restricted" },
  customer_satisfaction: {
    paths: ["v2/satisfaction_ratings", "v2/satisfaction_reasons"],
    refusal: "restricted",
  },
  slas: { paths: ["v2/slas/**"], refusal: "restricted" },
  group_slas: { paths: ["v2/group_slas/**"], refusal: "restricted" },
  talk: { paths: ["v2/channels/voice/**"], refusal: "restricted" },
  business_hours: { paths: ["v2/business_hours/**"], refusal: "restricted" },
  audit_logs: { paths: ["v2/audit_logs"], refusal: "role" },
  custom_roles: { paths: ["v2/custom_roles"], refusal: "restricted" },
  skills: { paths: ["v2/routing/**", "v2/incremental/routing/**"], refusal: "restricted" },
  queues: { paths: ["v2/queues"], refusal: "restricted" },
  workspaces: { paths: ["v2/workspaces"], refusal: "restricted" },
  dynamic_content: { paths: ["v2/dynamic_content/**"], refusal: "restricted" },
  custom_objects: { paths: ["v2/custom_objects", "v2/custom_objects/**"], refusal: "restricted" },
  side_conversations: { paths: ["v2/tickets/*/side_conversations"], refusal: "empty" },
  help_center: { paths: ["v2/help_center/**"], refusal: "no-page" },
  community: { paths: ["v2/community/**", "v2/help_center/community/**"], refusal: "no-page" },
  jira: { paths: ["services/jira/**"], refusal: "not-found" },
} as const satisfies Record<string, FeatureDefinition>;

/** The name of a feature. */
export type Feature = keyof typeof featureDefinitions;

/** Which features an account has. */
export type Features = Readonly<Record<Feature, boolean>>;

/** What an account pays for. */
export type Plan = "team" | "growth" | "professional" | "enterprise" | "enterprise-plus";

interface PlanDefinition {
  /** Requests a minute. */
  readonly account: number;
  readonly lacks: readonly Feature[];
}

const enterpriseOnly: readonly Feature[] = [
  "audit_logs",
  "custom_roles",
  "workspaces",
  "skills",
  "group_slas",
];
const fromProfessional: readonly Feature[] = [
  ...enterpriseOnly,
  "business_hours",
  "side_conversations",
  "community",
  "queues",
];
const fromGrowth: readonly Feature[] = [...fromProfessional, "slas", "ticket_forms", "customer_satisfaction"];

/** What each plan allows, and which features it lacks. */
export const plans: Readonly<Record<Plan, PlanDefinition>> = {
  team: { account: 200, lacks: fromGrowth },
  growth: { account: 400, lacks: fromProfessional },
  professional: { account: 400, lacks: enterpriseOnly },
  enterprise: { account: 700, lacks: [] },
  "enterprise-plus": { account: 2500, lacks: [] },
};

/** Tells whether a plan goes by this name. */
export function isPlan(name: string): name is Plan {
  return Object.hasOwn(plans, name);
}

/** The names of all plans. */
export const planNames: readonly Plan[] = Object.keys(plans).filter(isPlan);

/** Tells whether a feature goes by this name. */
export function isFeature(name: string): name is Feature {
  return Object.hasOwn(featureDefinitions, name);
}

/** The names of all features. */
export const featureNames: readonly Feature[] = Object.keys(featureDefinitions).filter(isFeature);

/** The features of a plan, but for those that were said. */
export function featuresOf(plan: Plan, given: Partial<Features>): Features {
  const { lacks } = plans[plan];
  const has = (name: Feature): boolean => given[name] ?? !lacks.includes(name);
  return {
    ticket_forms: has("ticket_forms"),
    customer_satisfaction: has("customer_satisfaction"),
    slas: has("slas"),
    group_slas: has("group_slas"),
    talk: has("talk"),
    business_hours: has("business_hours"),
    audit_logs: has("audit_logs"),
    custom_roles: has("custom_roles"),
    skills: has("skills"),
    queues: has("queues"),
    workspaces: has("workspaces"),
    dynamic_content: has("dynamic_content"),
    custom_objects: has("custom_objects"),
    side_conversations: has("side_conversations"),
    help_center: has("help_center"),
    community: has("community"),
    jira: has("jira"),
  };
}

/** Whose credentials are given: an agent sees less than an administrator. */
export type Role = "admin" | "agent";

const adminOnly = [
  "v2/incremental/**",
  "v2/audit_logs",
  "v2/satisfaction_ratings",
  "v2/satisfaction_reasons",
  "v2/slas/**",
  "v2/group_slas/**",
  "v2/suspended_tickets",
  "v2/deletion_schedules",
  "v2/queues",
] as const;

/** Why a path is refused to this account and this caller; undefined when it is not. */
export function refusalOf(options: {
  features: Features;
  role: Role;
  path: string;
}): DenialReason | undefined {
  const { features, role, path } = options;
  const fits = (pattern: string): boolean => matchesPath(`/api/${pattern}`, path);
  const lacking = featureNames.find((name) => !features[name] && featureDefinitions[name].paths.some(fits));
  if (lacking !== undefined) return featureDefinitions[lacking].refusal;
  return role === "agent" && adminOnly.some(fits) ? "role" : undefined;
}
