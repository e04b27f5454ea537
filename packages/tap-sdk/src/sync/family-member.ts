import type { Logger, Message, State } from "@chorale/singer";
import type { AnyRecord, AnyStream } from "../definitions.ts";
import { Conformer } from "./conform.ts";
import type { PlannedStream } from "./plan.ts";
import { schemaMessage } from "./schema-message.ts";
import type { StateWriter } from "./state-writer.ts";
import { Track } from "./track.ts";

/** A stream of a family while it is read. */
export interface Member<Config> {
  readonly stream: AnyStream<Config>;
  readonly children: readonly Member<Config>[];
  readonly selectedNames: readonly string[];
  /** Progress, of the topmost incremental stream only: those below it progress with its records. */
  readonly track: Track<Config> | undefined;
  /** Undefined, as the two that follow, when the stream is read for its children only. */
  readonly schemaMessage: Message | undefined;
  readonly prepare: ((record: AnyRecord) => AnyRecord) | undefined;
  readonly conformer: Conformer | undefined;
}

/** What members are made with. */
export interface MemberOptions {
  readonly state: StateWriter;
  readonly startDate: string | undefined;
  readonly startedAt: Date;
  readonly log: Logger;
}

/** A family: its streams as a tree and as a list, parents first, and the progress that is kept. */
export interface Members<Config> {
  readonly root: Member<Config>;
  readonly members: readonly Member<Config>[];
  readonly tracks: readonly Track<Config>[];
}

/** Makes the members of a family from its plan. */
export function createMembers<Config>(plan: PlannedStream<Config>, options: MemberOptions): Members<Config> {
  const facts = { ...options, state: options.state.state };
  const root = createMember(plan, { ...facts, isTracked: false });
  const members = withDescendants(root);
  return { root, members, tracks: members.flatMap(({ track }) => (track === undefined ? [] : [track])) };
}

function createMember<Config>(
  plan: PlannedStream<Config>,
  facts: Omit<MemberOptions, "state"> & { readonly state: State; readonly isTracked: boolean },
): Member<Config> {
  const { stream, selection, selectedNames } = plan;
  const ownsTrack = plan.isIncremental && !facts.isTracked;
  const isTracked = ownsTrack || facts.isTracked;
  const conformer = selection === undefined ? undefined : new Conformer(plan.schema);
  return {
    stream,
    selectedNames,
    conformer,
    children: plan.children.map((child) => createMember(child, { ...facts, isTracked })),
    track: ownsTrack ? new Track({ ...facts, owner: stream, members: selectedNames }) : undefined,
    schemaMessage: selection === undefined ? undefined : schemaMessage(plan, selection),
    prepare:
      selection === undefined || conformer === undefined
        ? undefined
        : (record) => conformer.conform(selection.pick(record)),
  };
}

function withDescendants<Config>(member: Member<Config>): readonly Member<Config>[] {
  return [member, ...member.children.flatMap(withDescendants)];
}
