export {
  type AdaptiveCall,
  type AdaptiveCredential,
  type AdaptiveOptions,
  type AdaptiveSandbox,
  startAdaptive,
} from "./adaptive/sandbox.ts";
export type { AdaptiveSize, AdaptiveStore, VersionNode } from "./adaptive/store.ts";
export type { JobControl, JobFate } from "./clari/job-book.ts";
export { type ClariOptions, type ClariSandbox, startClari } from "./clari/sandbox.ts";
export type { ClariStore } from "./clari/store.ts";
export { type CommandStreams, runSandbox } from "./command.ts";
export { type Fault, type FaultControl, type FaultPlan, type FaultRule, isFaultPlan } from "./faults.ts";
export type { Json, JsonObject } from "./json.ts";
export type { LoggedRequest } from "./request-log.ts";
export {
  pages,
  type Script,
  type ScriptedAnswer,
  type ScriptedRequest,
  type ScriptedServer,
  type ScriptOptions,
  startScript,
  withScript,
} from "./scripted-server.ts";
export type {
  Engine,
  EngineLogin,
  EngineOptions,
  EngineProblem,
  EngineSession,
  EngineWorld,
  StageFile,
} from "./snowflake/contract.ts";
export {
  type SnowflakeOptions,
  type SnowflakeSandbox,
  type SnowflakeValidity,
  startSnowflake,
} from "./snowflake/sandbox.ts";
export type { StagedFile } from "./snowflake/store/stage-store.ts";
export type { StoreKind } from "./snowflake/store/stage-uploads.ts";
export type { Cell, DecodedRow } from "./snowflake/wire/decoded-rows.ts";
export type { SnowflakeEndpoint } from "./snowflake/wire/endpoints.ts";
export type { LoggedSession } from "./snowflake/wire/session-book.ts";
export {
  type FaultSubject,
  type SnowflakeFault,
  type SnowflakeFaultControl,
  type SnowflakeFaultPlan,
  type SnowflakeFaultRule,
  type SnowflakeMatch,
  snowflakeFaultPlan,
} from "./snowflake/wire/snowflake-faults.ts";
export type { LoggedStatement } from "./snowflake/wire/statement-book.ts";
export type { OauthClient, SnowflakeUser } from "./snowflake/wire/users.ts";
export type { CursorKind } from "./thought-industries/cursors.ts";
export type { PlacedEvent } from "./thought-industries/event-log.ts";
export { type EventName, eventNames } from "./thought-industries/generated/event-kinds.ts";
export { type ListName, listNames } from "./thought-industries/generated/list-rows.ts";
export {
  type GivenData,
  startThoughtIndustries,
  type ThoughtIndustriesOptions,
  type ThoughtIndustriesSandbox,
} from "./thought-industries/sandbox.ts";
export type { ThoughtIndustriesData, ThoughtIndustriesStore } from "./thought-industries/store.ts";
export type { MomentForm as XactlyMomentForm } from "./xactly/result-book.ts";
export {
  type LocationForm,
  startXactly,
  type XactlyOptions,
  type XactlySandbox,
} from "./xactly/sandbox.ts";
export type { Row as XactlyRow, RowTable, XactlyStore } from "./xactly/store.ts";
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
export type { LastPage, LinkForm } from "./zengrc/endpoints.ts";
export type { MomentForm } from "./zengrc/rows.ts";
export {
  startZengrc,
  type ZengrcCredential,
  type ZengrcOptions,
  type ZengrcRateLimit,
  type ZengrcSandbox,
} from "./zengrc/sandbox.ts";
export type { ObjectTable, ZengrcStore } from "./zengrc/store.ts";
export {
  startZuoraRevenue,
  type ZuoraRevenueOptions,
  type ZuoraRevenueSandbox,
} from "./zuora-revenue/sandbox.ts";
export type { ZuoraRevenueStore } from "./zuora-revenue/store.ts";
export type { PlannedFate, TaskControl, TaskFate } from "./zuora-revenue/task-book.ts";
