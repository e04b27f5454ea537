import type { Command } from "commander";
import type { StateBackend } from "../state/state-backend.ts";
import type { RunStore } from "../store/run-store.ts";
import type { CommandContext } from "./command-context.ts";
import { globalOptionsOf } from "./global-options.ts";

/** The stores of a project, open. */
export interface OpenStores {
  /** The project's folder. */
  readonly root: string;
  readonly backend: StateBackend;
  readonly store: RunStore;
}

/** Opens the stores of the project that a command is about, for one task. Throws with exit code 17. */
export async function withStores(
  context: CommandContext,
  { command, task }: { command: Command; task: (stores: OpenStores) => Promise<void> },
): Promise<void> {
  const opened = await openProjectOf(context, command);
  const { backendOf } = await import("../state/project-backend.ts");
  await withOpenStore(opened.project.root, async (store) => {
    const { root } = opened.project;
    const backend = await backendOf(opened);
    try {
      await task({ root, backend, store });
    } finally {
      await backend.close();
    }
  });
}

/** Opens only the store of runs, whatever states are kept in. */
export async function withRunStore(
  context: CommandContext,
  { command, task }: { command: Command; task: (stores: Omit<OpenStores, "backend">) => Promise<void> },
): Promise<void> {
  const { root } = (await openProjectOf(context, command)).project;
  await withOpenStore(root, (store) => task({ root, store }));
}

async function openProjectOf(context: CommandContext, command: Command) {
  const { openProject } = await import("./open-project.ts");
  return await openProject(context, globalOptionsOf(command));
}

async function withOpenStore(root: string, task: (store: RunStore) => Promise<void>): Promise<void> {
  const { openRunStore } = await import("../store/open-run-store.ts");
  const store = await openRunStore({ root });
  try {
    await task(store);
  } finally {
    await store.close();
  }
}
