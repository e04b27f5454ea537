import type { Activation, CommitUnit, StagedBatch, TableShape } from "@chorale/target-sdk";

/** The batches that a unit loads. */
export function loadsOf({ steps }: CommitUnit): readonly StagedBatch[] {
  return steps.flatMap((step) => (step.kind === "load" ? [step.staged] : []));
}

/** The versions that a unit activates. */
export function activationsOf({ steps }: CommitUnit): readonly Activation[] {
  return steps.flatMap((step) => (step.kind === "activate" ? [step] : []));
}

/** The tables whose former rows a unit removes. */
export function replacedOf({ steps }: CommitUnit): readonly TableShape[] {
  return steps.flatMap((step) => (step.kind === "replace" ? [step.shape] : []));
}

/** The streams of a unit. */
export function streamsOf({ steps }: CommitUnit): readonly string[] {
  return steps.map((step) => (step.kind === "load" ? step.staged.batch.shape : step.shape).spec.stream);
}
