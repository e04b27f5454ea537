import type { Logger, Message, State } from "@chorale/singer";
import type { AnyRecord, AnyStream } from "../definitions.ts";
import { Conformer } from "./conform.ts";
import { type PlannedStream, withDescendants as withAllBelow } from "./plan.ts";
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
  /** The version that its records carry; undefined where its table is not replaced. */
  readonly version: number | undefined;
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
  readonly clock: () => Date;
  readonly recordLimit: number | undefined;
}

/** A family: its streams as a tree and as a list, parents first, and the progress that is kept. */
export interface Members<Config> {
  readonly root: Member<Config>;
  readonly members: readonly Member<Config>[];
  readonly tracks: readonly Track<Config>[];
}

/** Makes the members of a family from its plan. */
export function createMembers<Config>(plan: PlannedStream<Config>, options: MemberOptions): Members<Config> {
  const { state, clock } = options;
  // A later version is a greater one, so moments do.
  const newVersion = clock().getTime();
  const root = createMember(plan, { ...options, state: state.state, newVersion, above: undefined });
  const members = withDescendants(root);
  return { root, members, tracks: members.flatMap(({ track }) => (track === undefined ? [] : [track])) };
}

interface MemberFacts<Config> extends Omit<MemberOptions, "state"> {
  readonly state: State;
  readonly newVersion: number;
  /** The track of a stream above. */
  readonly above: Track<Config> | undefined;
}

function createMember<Config>(plan: PlannedStream<Config>, facts: MemberFacts<Config>): Member<Config> {
  const { stream, selection, selectedNames } = plan;
  const track = plan.isIncremental && facts.above === undefined ? trackOf(plan, facts) : undefined;
  const above = track ?? facts.above;
  const replaces = selection !== undefined && replacesTable(plan, facts);
  const conformer = selection === undefined ? undefined : new Conformer(plan.schema);
  return {
    stream,
    selectedNames,
    conformer,
    children: plan.children.map((child) => createMember(child, { ...facts, above })),
    track,
    version: replaces ? (above === undefined ? facts.newVersion : above.versionOf(stream.name)) : undefined,
    schemaMessage: selection === undefined ? undefined : schemaMessage(plan, selection),
    prepare:
      selection === undefined || conformer === undefined
        ? undefined
        : (record) => conformer.conform(selection.pick(record)),
  };
}

function trackOf<Config>(plan: PlannedStream<Config>, facts: MemberFacts<Config>): Track<Config> {
  const replacing = withAllBelow(plan).filter((each) => replacesTable(each, facts));
  return new Track({
    ...facts,
    owner: plan.stream,
    members: plan.selectedNames,
    replacing: replacing.map(({ stream }) => stream.name),
  });
}

/** A run that takes a few records only does not know which rows are obsolete. */
function replacesTable<Config>(
  { stream }: PlannedStream<Config>,
  { recordLimit }: Pick<MemberOptions, "recordLimit">,
): boolean {
  return stream.replacesTable && recordLimit === undefined;
}

function withDescendants<Config>(member: Member<Config>): readonly Member<Config>[] {
  return [member, ...member.children.flatMap(withDescendants)];
}
