import { type Answer, textAnswer } from "../../answer.ts";
import { type BlobContext, type BlobRequest, headerOf, headersUnder } from "./blob-request.ts";
import { UploadRefusal } from "./client-encryption.ts";
import type { UploadGrant } from "./upload-grants.ts";

const metadataPrefix = "x-goog-meta-";

interface AuthorizedRequest extends BlobRequest {
  readonly grant: UploadGrant;
  readonly path: string;
}

function refusal(status: number, code: string, message: string): Answer {
  const body = `<?xml version='1.0' encoding='UTF-8'?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return textAnswer(body, { status, contentType: "application/xml; charset=UTF-8" });
}

/** The store's form of an HTTP error that says nothing of the request. */
export function gcsStatus(status: number): Answer {
  return refusal(status, "ServiceUnavailable", "Service unavailable. Please try again.");
}

/** The query of a URL that permits one PUT of one object. */
export function urlSignature(grant: UploadGrant): string {
  return `?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-SignedHeaders=host&X-Goog-Signature=${grant.secret}`;
}

function expired(grant: UploadGrant): Answer {
  // The vendor answers 400 to an expired URL and 401 to an expired token.
  if (grant.isOneObject) return refusal(400, "ExpiredToken", "The provided token has expired.");
  return refusal(401, "AuthenticationRequired", "Authentication required.");
}

function authorize(context: BlobContext, request: BlobRequest): AuthorizedRequest | Answer {
  const bearer = /^Bearer (.+)$/u.exec(headerOf(request.headers, "authorization") ?? "")?.[1];
  const signature = request.query.get("X-Goog-Signature");
  const grant = context.grants.find(bearer ?? signature);
  if (grant === undefined || grant.isOneObject !== (bearer === undefined)) {
    if (bearer !== undefined) return refusal(401, "AuthenticationRequired", "Authentication required.");
    return refusal(403, "SignatureDoesNotMatch", "Access denied.");
  }
  if (request.isExpired) context.grants.expire(grant);
  if (context.grants.isExpired(grant)) return expired(grant);
  const path = context.grants.stagePath(grant, request.objectName);
  const isSigned = !grant.isOneObject || request.method === "PUT";
  if (path !== undefined && isSigned) return { ...request, grant, path };
  return refusal(403, isSigned ? "AccessDenied" : "SignatureDoesNotMatch", "Access denied.");
}

async function put(context: BlobContext, request: AuthorizedRequest): Promise<Answer> {
  const { grant, path, headers, isDamaged } = request;
  const metadata = headersUnder(headers, metadataPrefix);
  const pieces = [await context.objects.receive(request.body)];
  await context.objects.store({
    grant,
    path,
    pieces,
    isDamaged,
    headers: metadata,
    metadata: {
      digest: metadata["x-goog-meta-sfc-digest"],
      encryptionData: metadata["x-goog-meta-encryptiondata"],
      matdesc: metadata["x-goog-meta-matdesc"],
    },
  });
  return { status: 200, headers: {}, body: "" };
}

async function head(context: BlobContext, { grant, path }: AuthorizedRequest): Promise<Answer> {
  const file = await context.objects.find(grant, path);
  if (file === undefined) return { status: 404, headers: {}, body: "" };
  const length = { "content-length": String(file.blobBytes), etag: `"${file.md5}"` };
  return { status: 200, headers: { ...file.metadata, ...length }, body: "" };
}

/** Answers a request to Google Cloud Storage, by bearer token or by a signed URL: PUT and HEAD of an object. */
export async function answerGcs(context: BlobContext, request: BlobRequest): Promise<Answer> {
  const authorized = authorize(context, request);
  if ("status" in authorized) {
    request.body.resume();
    return authorized;
  }
  try {
    if (request.method === "PUT") return await put(context, authorized);
    request.body.resume();
    if (request.method === "HEAD") return await head(context, authorized);
    return refusal(405, "MethodNotAllowed", `The stand-in does not answer ${request.method}.`);
  } catch (error) {
    if (error instanceof UploadRefusal) return refusal(400, "InvalidArgument", error.message);
    throw error;
  }
}
