import { createHash, randomBytes } from "node:crypto";
import type { StageLocation } from "../contract.ts";

/** What a client encrypts a file's key with. */
export interface EncryptionMaterial {
  /** Base64. */
  readonly queryStageMasterKey: string;
  readonly queryId: string;
  /** A whole number above 2^53, as text. */
  readonly smkId: string;
}

/** The permission to write into a path of a stage, as one PUT statement gave it. */
export interface UploadGrant {
  /** What the client proves it with: a signature or a bearer token. */
  readonly secret: string;
  readonly stage: StageLocation;
  /** The bucket's path of the stage's path: what an object's name begins with, or is when `isOneObject`. */
  readonly root: string;
  readonly isOneObject: boolean;
  readonly material: EncryptionMaterial | undefined;
  /** In milliseconds of the stand-in's clock. */
  expiresAt: number;
}

const stageMasterKeyBytes = 32;

/** The bucket's path of a stage: it tells nothing of the stage's name, as the vendor's. */
function bucketPath(stageId: string): string {
  return `${createHash("sha256").update(stageId).digest("hex").slice(0, 32)}/`;
}

/** Which uploads are permitted. */
export class UploadGrants {
  readonly #bySecret = new Map<string, UploadGrant>();
  readonly #materials = new Map<string, EncryptionMaterial>();
  readonly #clock: () => number;
  readonly #validMs: number;

  constructor(options: { clock: () => number; validSeconds: number }) {
    this.#clock = options.clock;
    this.#validMs = options.validSeconds * 1000;
  }

  /** Grants uploads to a stage's path, or of one object in it. */
  issue(stage: StageLocation, options: { queryId: string; objectName?: string }): UploadGrant {
    const { queryId, objectName } = options;
    const grant: UploadGrant = {
      secret: randomBytes(24).toString("base64url"),
      stage,
      root: `${bucketPath(stage.stageId)}${stage.path}${objectName ?? ""}`,
      isOneObject: objectName !== undefined,
      material: stage.isEncrypted ? this.#newMaterial(queryId) : undefined,
      expiresAt: this.#clock() + this.#validMs,
    };
    this.#bySecret.set(grant.secret, grant);
    return grant;
  }

  /** The grant of a secret; undefined when it was never given. */
  find(secret: string | null | undefined): UploadGrant | undefined {
    return this.#bySecret.get(secret ?? "");
  }

  isExpired(grant: UploadGrant): boolean {
    return this.#clock() >= grant.expiresAt;
  }

  expire(grant: UploadGrant): void {
    grant.expiresAt = 0;
  }

  /** The path within the stage that an object's name stands for; undefined when the grant does not cover it. */
  stagePath(grant: UploadGrant, objectName: string): string | undefined {
    const covered = grant.isOneObject ? objectName === grant.root : objectName.startsWith(grant.root);
    const path = objectName.slice(bucketPath(grant.stage.stageId).length);
    return covered && path !== grant.stage.path ? path : undefined;
  }

  /** The material that a PUT of this id was answered with. */
  materialOf(queryId: string): EncryptionMaterial | undefined {
    return this.#materials.get(queryId);
  }

  #newMaterial(queryId: string): EncryptionMaterial {
    const known = this.#materials.get(queryId);
    if (known !== undefined) return known;
    const material = {
      queryStageMasterKey: randomBytes(stageMasterKeyBytes).toString("base64"),
      queryId,
      smkId: String(2n ** 53n + BigInt(this.#materials.size) * 2n + 1n),
    };
    this.#materials.set(queryId, material);
    return material;
  }
}
