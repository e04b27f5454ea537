export { type CommandStreams, runSandbox } from "./command.ts";
export { type Fault, type FaultControl, type FaultPlan, type FaultRule, isFaultPlan } from "./faults.ts";
export type { Json, JsonObject } from "./json.ts";
export type { LoggedRequest } from "./request-log.ts";
export type { Credential } from "./zendesk/credentials.ts";
export type { Comment } from "./zendesk/generated/conversation.ts";
export type { RateLimits } from "./zendesk/rate-buckets.ts";
export type { Recording } from "./zendesk/recordings.ts";
export type { Row } from "./zendesk/row.ts";
export {
  type Denial,
  startZendesk,
  type ZendeskData,
  type ZendeskOptions,
  type ZendeskSandbox,
} from "./zendesk/sandbox.ts";
export type { ZendeskStore } from "./zendesk/store.ts";
export type { Table } from "./zendesk/table.ts";
