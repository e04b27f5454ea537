import { basename } from "node:path";
import type { Answer } from "../../answer.ts";
import type { JsonObject } from "../../json.ts";
import type { PutResult } from "../contract.ts";
import { AzureBlocks, answerAzure, azureStatus, sharedAccessSignature } from "./azure.ts";
import { type BlobContext, type BlobRequest, bucketName, objectNameIn } from "./blob-request.ts";
import { answerGcs, gcsStatus, urlSignature } from "./gcs.ts";
import type { StageStore } from "./stage-store.ts";
import type { UploadGrant } from "./upload-grants.ts";

/**
 * Where clients put the files of stages.
 *
 * `gcs` gives a bearer token for a whole path, `gcs-presigned` a URL for each file. `local` is a folder that the client
 * copies into itself.
 */
export type StoreKind = "azure" | "gcs" | "gcs-presigned" | "local";

/** Tells whether a text names a kind of store. */
export function isStoreKind(text: string): text is StoreKind {
  return ["azure", "gcs", "gcs-presigned", "local"].includes(text);
}

/** A PUT that is to be answered. */
export interface PutRequest {
  readonly put: PutResult;
  readonly queryId: string;
  /** The stand-in's own address. */
  readonly origin: string;
}

const azurePath = "/azure";
const gcsPath = "/gcs";

/** The blob store that stages are in: it tells clients where to upload, and takes what they upload. */
export class StageUploads {
  readonly #kind: StoreKind;
  readonly #store: StageStore;
  readonly #context: BlobContext & { readonly blocks: AzureBlocks };

  constructor(options: BlobContext & { kind: StoreKind; store: StageStore }) {
    const { kind, store, grants, objects, clock } = options;
    this.#kind = kind;
    this.#store = store;
    this.#context = { grants, objects, clock, blocks: new AzureBlocks() };
  }

  /** The data of a PUT's answer. */
  answerPut(request: PutRequest): JsonObject {
    const { put, queryId } = request;
    const sources = put.sources.map((source) => source.replace(/^file:\/\//u, ""));
    const grant = this.#grant(request, basename(sources[0] ?? ""));
    return {
      queryId,
      command: "UPLOAD",
      operation: "Node",
      src_locations: sources,
      autoCompress: put.autoCompress,
      sourceCompression: put.sourceCompression.toLowerCase(),
      overwrite: put.overwrite,
      parallel: put.parallel,
      threshold: 209_715_200,
      clientShowEncryptionParameter: false,
      stageInfo: this.#stageInfo(request, grant),
      ...(grant.material === undefined || this.#kind === "local"
        ? {}
        : { encryptionMaterial: { ...grant.material } }),
    };
  }

  /** Tells whether a path belongs to the blob store. */
  owns(path: string): boolean {
    return this.#objectName(path) !== undefined;
  }

  answer(path: string, request: Omit<BlobRequest, "objectName">): Promise<Answer> {
    const objectName = this.#objectName(path) ?? "";
    const answerRequest = this.#kind === "azure" ? answerAzure : answerGcs;
    return answerRequest(this.#context, { ...request, objectName });
  }

  /** An HTTP error in the store's own form. */
  statusAnswer(status: number): Answer {
    return this.#kind === "azure" ? azureStatus(status) : gcsStatus(status);
  }

  #objectName(path: string): string | undefined {
    if (this.#kind === "local") return undefined;
    const root = this.#kind === "azure" ? azurePath : gcsPath;
    return objectNameIn(path, `${root}/${bucketName}`);
  }

  #grant({ put, queryId }: PutRequest, fileName: string): UploadGrant {
    const objectName = this.#kind === "gcs-presigned" ? { objectName: fileName } : {};
    return this.#context.grants.issue(put.stage, { queryId, ...objectName });
  }

  #stageInfo({ put, origin }: PutRequest, grant: UploadGrant): JsonObject {
    const path = `${bucketName}/${grant.root}`;
    const shared = { path, region: "local", isClientSideEncrypted: put.stage.isEncrypted };
    const common = { ...shared, location: path, storageAccount: null, presignedUrl: null, endPoint: null };
    switch (this.#kind) {
      case "local": {
        const location = `${this.#store.localFolder(put.stage.stageId)}/${put.stage.path}`;
        return { ...common, locationType: "LOCAL_FS", location, path: location, creds: {} };
      }
      case "azure": {
        const creds = { AZURE_SAS_TOKEN: sharedAccessSignature(grant) };
        const where = { storageAccount: "sandbox", endPoint: `${origin}${azurePath}` };
        return { ...common, locationType: "AZURE", creds, ...where };
      }
      case "gcs": {
        const creds = { GCS_ACCESS_TOKEN: grant.secret };
        return { ...common, locationType: "GCS", creds, endPoint: `${origin}${gcsPath}` };
      }
      case "gcs-presigned": {
        const url = `${origin}${gcsPath}/${bucketName}/${encodeURI(grant.root)}${urlSignature(grant)}`;
        const location = `${bucketName}/${grant.root.slice(0, grant.root.lastIndexOf("/") + 1)}`;
        return { ...common, locationType: "GCS", creds: {}, location, path: location, presignedUrl: url };
      }
    }
  }
}
