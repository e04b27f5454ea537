import type { Message, Selection } from "@chorale/singer";
import type { PlannedStream } from "./plan.ts";

/** Answers the SCHEMA of a selected stream. */
export function schemaMessage<Config>(plan: PlannedStream<Config>, selection: Selection): Message {
  const key = plan.stream.replicationKey;
  return {
    type: "SCHEMA",
    stream: plan.stream.name,
    schema: selection.schema,
    key_properties: selection.keyProperties,
    ...(plan.isIncremental && key !== undefined ? { bookmark_properties: [key] } : {}),
  };
}

/** Answers the SCHEMAs of all selected streams of families, parents first. */
export function schemaMessagesOf<Config>(plans: readonly PlannedStream<Config>[]): readonly Message[] {
  return plans.flatMap((plan) => [
    ...(plan.selection === undefined ? [] : [schemaMessage(plan, plan.selection)]),
    ...schemaMessagesOf(plan.children),
  ]);
}
