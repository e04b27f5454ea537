import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { StageFile, StageFiles } from "../contract.ts";

/** A file of a stage, and where its bytes are. */
export interface StoredFile extends StageFile {
  /** The file on this machine. */
  readonly disk: string;
  /** Length of what the client sent: longer than `bytes` when it was encrypted. */
  readonly blobBytes: number;
  /** The metadata that the client gave, by its name at the vendor. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** A stored file and its stage. */
export interface StagedFile extends StageFile {
  readonly stageId: string;
}

function byPath(one: StageFile, other: StageFile): number {
  if (one.path === other.path) return 0;
  return one.path < other.path ? -1 : 1;
}

function listed({ path, bytes, md5, modifiedAt }: StoredFile): StageFile {
  return { path, bytes, md5, modifiedAt };
}

async function md5Of(file: string): Promise<string> {
  const hash = createHash("md5");
  for await (const piece of createReadStream(file)) hash.update(piece);
  return hash.digest("hex");
}

/** A name for a stage that no path can escape from. */
function folderName(stageId: string): string {
  return createHash("sha256").update(stageId).digest("hex").slice(0, 32);
}

/**
 * The files of all stages, in a private folder.
 *
 * Objects are files of their own, found by an index, as a blob store has no folders. What clients copy into a
 * stage's local folder themselves is taken into the index when the stage is looked at.
 */
export class StageStore implements StageFiles {
  readonly #folder: string;
  readonly #stages = new Map<string, Map<string, StoredFile>>();
  #objects = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** A path for a new file that nothing else uses. */
  async freshFile(): Promise<string> {
    const folder = join(this.#folder, "objects");
    await mkdir(folder, { recursive: true, mode: 0o700 });
    this.#objects += 1;
    return join(folder, `${this.#objects}`);
  }

  /** The folder that clients copy a stage's files into. */
  localFolder(stageId: string): string {
    return join(this.#folder, "local", folderName(stageId));
  }

  /** Stores a file, in place of the one of the same path. */
  async put(stageId: string, file: StoredFile): Promise<void> {
    const files = this.#filesOf(stageId);
    const former = files.get(file.path);
    files.set(file.path, file);
    if (former !== undefined && former.disk !== file.disk) await rm(former.disk, { force: true });
  }

  async find(stageId: string, path: string): Promise<StoredFile | undefined> {
    await this.#adopt(stageId);
    return this.#filesOf(stageId).get(path);
  }

  async list(stageId: string, prefix: string): Promise<readonly StageFile[]> {
    await this.#adopt(stageId);
    const files = [...this.#filesOf(stageId).values()];
    return files
      .filter(({ path }) => path.startsWith(prefix))
      .sort(byPath)
      .map(listed);
  }

  open(stageId: string, path: string): Readable {
    const file = this.#filesOf(stageId).get(path);
    if (file !== undefined) return createReadStream(file.disk);
    const missing = new Error(`The stage has no file ${path}.`);
    return new Readable({ read: () => undefined }).destroy(missing);
  }

  async remove(stageId: string, path: string): Promise<void> {
    const file = this.#filesOf(stageId).get(path);
    this.#filesOf(stageId).delete(path);
    if (file !== undefined) await rm(file.disk, { force: true });
  }

  async drop(stageId: string): Promise<void> {
    const files = await this.list(stageId, "");
    for (const { path } of files) await this.remove(stageId, path);
    this.#stages.delete(stageId);
    await rm(this.localFolder(stageId), { recursive: true, force: true });
  }

  /** The files of all stages. */
  async all(): Promise<readonly StagedFile[]> {
    const stages = [...this.#stages.keys()].sort();
    const lists = await Promise.all(
      stages.map(async (stageId) =>
        (await this.list(stageId, "")).map((file) => Object.assign({ stageId }, file)),
      ),
    );
    return lists.flat();
  }

  /** Removes everything. */
  async close(): Promise<void> {
    this.#stages.clear();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Makes a stage known, so that its folder is looked at. */
  #filesOf(stageId: string): Map<string, StoredFile> {
    const known = this.#stages.get(stageId);
    if (known !== undefined) return known;
    const files = new Map<string, StoredFile>();
    this.#stages.set(stageId, files);
    return files;
  }

  async #adopt(stageId: string): Promise<void> {
    const folder = this.localFolder(stageId);
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      const disk = join(entry.parentPath, entry.name);
      await this.#adoptFile(stageId, { disk, path: disk.slice(folder.length + 1) });
    }
  }

  async #adoptFile(stageId: string, { disk, path }: { disk: string; path: string }): Promise<void> {
    const { size, mtime } = await stat(disk);
    const known = this.#filesOf(stageId).get(path);
    if (known?.bytes === size && known.modifiedAt.getTime() === mtime.getTime()) return;
    const md5 = await md5Of(disk);
    const file = { path, disk, bytes: size, blobBytes: size, md5, modifiedAt: mtime, metadata: {} };
    this.#filesOf(stageId).set(path, file);
  }
}
