import type { Logger } from "@chorale/singer";
import { type MethodContext, readMethod } from "../methods/method.ts";
import { versions } from "../methods/versions.ts";

/** A version whose data may be exported. */
export interface Version {
  /** Undefined for a name that the configuration has and the account does not. */
  readonly id: number | undefined;
  readonly name: string;
}

interface Node {
  readonly id: number;
  readonly name: string;
  readonly isFolder: boolean;
  readonly parentId: number | null;
}

/**
 * Asks for the tree of versions, as the stream `versions` does, and answers those that are to be exported: the ones
 * that the configuration names, or all below its folder, however deep. Folders are never among them. `stream` is who
 * asks, for messages.
 */
export async function chosenVersions(context: MethodContext, stream: string): Promise<readonly Version[]> {
  const { versions: wanted, version_folder: folder } = context.config;
  const tree = new VersionTree(await nodesOf(context, stream));
  if (wanted.length > 0) return [...new Set(wanted)].map((name) => ({ name, id: tree.versionOf(name)?.id }));
  const top = tree.folder(folder);
  if (top === undefined) warnOfFolder(folder, { log: context.log, stream });
  return top === undefined ? [] : tree.below(top).filter(({ isFolder }) => !isFolder);
}

function warnOfFolder(folder: string, { log, stream }: { log: Logger; stream: string }): void {
  log.warn(
    `${stream}: there is no folder of versions called ${JSON.stringify(folder)}, so there is nothing to export. Check "version_folder", and that the user may see it.`,
    { stream },
  );
}

async function nodesOf(context: MethodContext, stream: string): Promise<readonly Node[]> {
  const nodes: Node[] = [];
  for await (const { id, name, type, parent_id } of readMethod(context, { method: versions, stream })) {
    if (typeof id !== "number" || typeof name !== "string") continue;
    const parentId = typeof parent_id === "number" ? parent_id : null;
    nodes.push({ id, name, isFolder: type === "VERSION_FOLDER", parentId });
  }
  return nodes;
}

/** The tree of versions: a parent comes before what is below it. */
class VersionTree {
  readonly #children: ReadonlyMap<number | null, readonly Node[]>;

  constructor(nodes: readonly Node[]) {
    this.#children = Map.groupBy(nodes, ({ parentId }) => parentId);
  }

  folder(name: string): Node | undefined {
    return this.below(undefined).find((node) => node.isFolder && node.name === name);
  }

  versionOf(name: string): Node | undefined {
    return this.below(undefined).find((node) => !node.isFolder && node.name === name);
  }

  below(node: Node | undefined): readonly Node[] {
    const children = this.#children.get(node?.id ?? null) ?? [];
    return children.flatMap((child) => [child, ...this.below(child)]);
  }
}
