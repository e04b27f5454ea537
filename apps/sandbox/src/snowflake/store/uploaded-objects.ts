import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { open, rm } from "node:fs/promises";
import { PassThrough, Readable, type Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileDecipher, queryIdOf, UploadRefusal } from "./client-encryption.ts";
import type { StageStore, StoredFile } from "./stage-store.ts";
import type { UploadGrant, UploadGrants } from "./upload-grants.ts";

/** A file's own metadata, by what it means. */
export interface UploadMetadata {
  /** SHA-256 of the file before encryption, in base64. */
  readonly digest: string | undefined;
  readonly encryptionData: string | undefined;
  readonly matdesc: string | undefined;
}

/** What a client sent: its bytes in pieces, each a file of the store's folder. */
export interface Upload {
  readonly grant: UploadGrant;
  readonly path: string;
  readonly pieces: readonly string[];
  readonly metadata: UploadMetadata;
  /** The metadata by its name at the vendor. */
  readonly headers: Readonly<Record<string, string>>;
  /** Damages what is stored, and the digest that it is described with. */
  readonly isDamaged: boolean;
}

async function* bytesOf(pieces: readonly string[]): AsyncGenerator<Buffer> {
  for (const piece of pieces) {
    for await (const bytes of createReadStream(piece)) yield bytes;
  }
}

async function damage(file: string, bytes: number): Promise<void> {
  if (bytes === 0) return;
  const handle = await open(file, "r+");
  try {
    const at = Math.floor(bytes / 2);
    const { buffer } = await handle.read({ buffer: Buffer.alloc(1), position: at });
    await handle.write(Buffer.from([buffer.readUInt8(0) ^ 0xff]), 0, 1, at);
  } finally {
    await handle.close();
  }
}

/** Passes bytes on, and counts and hashes them. */
function measured(algorithm: string) {
  const measure = {
    hash: createHash(algorithm),
    bytes: 0,
    pass: async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
      for await (const piece of source) {
        measure.hash.update(piece);
        measure.bytes += piece.length;
        yield piece;
      }
    },
  };
  return measure;
}

function refuseUnreadable(error: unknown): never {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (!code.startsWith("ERR_OSSL")) throw error;
  throw new UploadRefusal("What was uploaded does not decrypt.", { cause: error });
}

/** The blobs that clients upload: received, decrypted, verified, stored. */
export class UploadedObjects {
  readonly #store: StageStore;
  readonly #grants: UploadGrants;
  readonly #clock: () => number;

  constructor(options: { store: StageStore; grants: UploadGrants; clock: () => number }) {
    this.#store = options.store;
    this.#grants = options.grants;
    this.#clock = options.clock;
  }

  /** Writes a request's body to a new file. Rejects when the client breaks off. */
  async receive(body: Readable): Promise<string> {
    const file = await this.#store.freshFile();
    await pipeline(body, createWriteStream(file, { mode: 0o600 }));
    return file;
  }

  /** Stores an upload whole and removes its pieces. Rejects with an {@link UploadRefusal} when it is not what it says. */
  async store(upload: Upload): Promise<void> {
    const disk = await this.#store.freshFile();
    try {
      const file = await this.#written(upload, disk);
      await this.#store.put(upload.grant.stage.stageId, file);
    } catch (error) {
      await rm(disk, { force: true });
      throw error;
    } finally {
      await Promise.all(upload.pieces.map((piece) => rm(piece, { force: true })));
    }
  }

  find(grant: UploadGrant, path: string): Promise<StoredFile | undefined> {
    return this.#store.find(grant.stage.stageId, path);
  }

  #decipher({ grant, metadata }: Upload): Transform {
    if (!grant.stage.isEncrypted) {
      if (metadata.encryptionData === undefined) return new PassThrough();
      throw new UploadRefusal("The file was encrypted, and its stage is not.");
    }
    const material = this.#grants.materialOf(queryIdOf(metadata.matdesc));
    if (material === undefined) throw new UploadRefusal("matdesc names a PUT that was never answered.");
    return fileDecipher(material, metadata);
  }

  async #written(upload: Upload, disk: string): Promise<StoredFile> {
    const { path, pieces, metadata, headers, isDamaged } = upload;
    const blob = measured("md5");
    const plain = measured("sha256");
    const source = Readable.from(blob.pass(bytesOf(pieces)));
    const target = createWriteStream(disk, { mode: 0o600 });
    await pipeline(source, this.#decipher(upload), plain.pass, target).catch(refuseUnreadable);
    const digest = plain.hash.digest("base64");
    if (metadata.digest !== digest) {
      throw new UploadRefusal(`The digest is ${digest} and not ${metadata.digest ?? "given"}.`);
    }
    if (isDamaged) await damage(disk, plain.bytes);
    return {
      path,
      disk,
      bytes: plain.bytes,
      blobBytes: blob.bytes,
      md5: blob.hash.digest("hex"),
      modifiedAt: new Date(this.#clock()),
      metadata: isDamaged ? withOtherDigest(headers, digest) : headers,
    };
  }
}

function withOtherDigest(headers: Readonly<Record<string, string>>, digest: string): Record<string, string> {
  const other = createHash("sha256").update(digest).digest("base64");
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, value === digest ? other : value]),
  );
}
