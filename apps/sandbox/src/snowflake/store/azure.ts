import { type Answer, textAnswer } from "../../answer.ts";
import { type BlobContext, type BlobRequest, headerOf, headersUnder } from "./blob-request.ts";
import { UploadRefusal } from "./client-encryption.ts";
import type { UploadGrant } from "./upload-grants.ts";

const metadataPrefix = "x-ms-meta-";

interface AuthorizedRequest extends BlobRequest {
  readonly grant: UploadGrant;
  readonly path: string;
}

function commonHeaders(): Record<string, string> {
  return { "x-ms-version": "2025-05-05", "x-ms-request-id": crypto.randomUUID() };
}

function refusal(status: number, code: string, message: string): Answer {
  const body = `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return textAnswer(body, {
    status,
    contentType: "application/xml",
    headers: { ...commonHeaders(), "x-ms-error-code": code },
  });
}

/** The store's form of an HTTP error that says nothing of the request. */
export function azureStatus(status: number): Answer {
  const code = status === 503 ? "ServerBusy" : "InternalError";
  return refusal(
    status,
    code,
    "The server is currently unable to receive requests. Please retry your request.",
  );
}

function notAuthenticated(detail: string): Answer {
  const message =
    "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.";
  return refusal(403, "AuthenticationFailed", `${message}\n${detail}`);
}

function done(status: number, headers: Record<string, string> = {}): Answer {
  return { status, headers: { ...commonHeaders(), ...headers }, body: "" };
}

/** The signature's part of a URL's query. */
export function sharedAccessSignature(grant: UploadGrant): string {
  const expiry = new Date(grant.expiresAt).toISOString();
  const query = new URLSearchParams({
    sv: "2025-05-05",
    spr: "https,http",
    sr: "c",
    sp: "racwdl",
    se: expiry,
  });
  return `?${query}&sig=${grant.secret}`;
}

interface Block {
  readonly file: string;
  readonly isDamaged: boolean;
}

/** The blocks that blobs have not committed yet, by the blob and the block's id. */
export class AzureBlocks {
  readonly #blocks = new Map<string, Map<string, Block>>();

  add(blob: string, id: string, block: Block): void {
    const blocks = this.#blocks.get(blob) ?? new Map<string, Block>();
    this.#blocks.set(blob, blocks.set(id, block));
  }

  /** The blocks in their order, which are then no longer kept; undefined when one was never sent. */
  take(blob: string, ids: readonly string[]): readonly Block[] | undefined {
    const sent = this.#blocks.get(blob);
    const blocks = ids.map((id) => sent?.get(id)).filter((block) => block !== undefined);
    if (blocks.length < ids.length) return undefined;
    this.#blocks.delete(blob);
    return blocks;
  }
}

async function storePieces(
  context: BlobContext,
  request: AuthorizedRequest,
  pieces: readonly string[],
): Promise<Answer> {
  const { grant, path, headers, isDamaged } = request;
  const metadata = headersUnder(headers, metadataPrefix);
  await context.objects.store({
    grant,
    path,
    pieces,
    isDamaged,
    headers: metadata,
    metadata: {
      digest: metadata["x-ms-meta-sfcdigest"],
      encryptionData: metadata["x-ms-meta-encryptiondata"],
      matdesc: metadata["x-ms-meta-matdesc"],
    },
  });
  return done(201, { etag: `"0x${Date.now().toString(16).toUpperCase()}"` });
}

async function putBlob(context: BlobContext, request: AuthorizedRequest): Promise<Answer> {
  if (headerOf(request.headers, "x-ms-blob-type") !== "BlockBlob") {
    request.body.resume();
    return refusal(400, "MissingRequiredHeader", "An HTTP header that's mandatory: x-ms-blob-type.");
  }
  return storePieces(context, request, [await context.objects.receive(request.body)]);
}

async function textOf(request: BlobRequest): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request.body) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString("utf8");
}

async function putBlockList(
  context: BlobContext & { blocks: AzureBlocks },
  request: AuthorizedRequest,
): Promise<Answer> {
  const list = await textOf(request);
  const ids = [...list.matchAll(/<(?:Latest|Uncommitted)>([^<]*)</gu)].map(([, id]) => id ?? "");
  const blocks = context.blocks.take(request.objectName, ids);
  if (blocks === undefined) return refusal(400, "InvalidBlockList", "The specified block list is invalid.");
  const isDamaged = request.isDamaged || blocks.some((block) => block.isDamaged);
  const files = blocks.map(({ file }) => file);
  return storePieces(context, { ...request, isDamaged }, files);
}

async function putBlock(
  context: BlobContext & { blocks: AzureBlocks },
  request: AuthorizedRequest,
): Promise<Answer> {
  const id = request.query.get("blockid") ?? "";
  const file = await context.objects.receive(request.body);
  context.blocks.add(request.objectName, id, { file, isDamaged: request.isDamaged });
  return done(201);
}

async function head(context: BlobContext, { grant, path }: AuthorizedRequest): Promise<Answer> {
  const file = await context.objects.find(grant, path);
  if (file === undefined) return done(404, { "x-ms-error-code": "BlobNotFound" });
  return done(200, {
    ...file.metadata,
    "content-length": String(file.blobBytes),
    "content-type": "application/octet-stream",
    "last-modified": file.modifiedAt.toUTCString(),
    etag: `"0x${file.md5.slice(0, 16).toUpperCase()}"`,
    "x-ms-blob-type": "BlockBlob",
  });
}

function authorize(context: BlobContext, request: BlobRequest): AuthorizedRequest | Answer {
  const grant = context.grants.find(request.query.get("sig"));
  if (grant === undefined) return notAuthenticated("Signature did not match.");
  if (request.isExpired) context.grants.expire(grant);
  if (context.grants.isExpired(grant)) {
    const expiry = new Date(grant.expiresAt).toUTCString();
    return notAuthenticated(`Signature not valid in the specified time frame: Expiry [${expiry}]`);
  }
  const path = context.grants.stagePath(grant, request.objectName);
  if (path !== undefined) return { ...request, grant, path };
  const message = "This request is not authorized to perform this operation using this permission.";
  return refusal(403, "AuthorizationPermissionMismatch", message);
}

function dispatch(
  context: BlobContext & { blocks: AzureBlocks },
  request: AuthorizedRequest,
): Promise<Answer> | Answer {
  const operation = `${request.method} ${request.query.get("comp") ?? ""}`.trim();
  switch (operation) {
    case "HEAD":
      return head(context, request);
    case "PUT":
      return putBlob(context, request);
    case "PUT block":
      return putBlock(context, request);
    case "PUT blocklist":
      return putBlockList(context, request);
    default:
      request.body.resume();
      return refusal(405, "UnsupportedHttpVerb", `The stand-in does not answer ${operation}.`);
  }
}

/** Answers a request to Azure Blob Storage: Put Blob, Put Block, Put Block List, Get Blob Properties. */
export async function answerAzure(
  context: BlobContext & { blocks: AzureBlocks },
  request: BlobRequest,
): Promise<Answer> {
  const authorized = authorize(context, request);
  if ("status" in authorized) {
    request.body.resume();
    return authorized;
  }
  try {
    return await dispatch(context, authorized);
  } catch (error) {
    if (error instanceof UploadRefusal) return refusal(400, "InvalidMetadata", error.message);
    throw error;
  }
}
