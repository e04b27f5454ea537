export type { About } from "./about.ts";
export * from "./columns.ts";
export * from "./columns-of.ts";
export type {
  CheckItem,
  CheckReport,
  CommandContext,
  TargetCommandName,
  TargetCommands,
} from "./commands.ts";
export type { StreamSummary } from "./counts.ts";
export type { Flattening } from "./flattening.ts";
export type { TargetInput } from "./input.ts";
export * from "./limiter.ts";
export * from "./loaded-rows.ts";
export * from "./moments.ts";
export * from "./number-fed.ts";
export * from "./repair.ts";
export * from "./rewrite.ts";
export type { RunSummary } from "./run.ts";
export { overrideOf, type StreamOverride, type TargetSettings, targetSettings } from "./settings.ts";
export type { SizeRules } from "./sizes.ts";
export * from "./sql/widening.ts";
export * from "./target.ts";
export { type ConvertedValue, convertValue } from "./values.ts";
export * from "./warehouse.ts";
