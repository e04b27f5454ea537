import { createDecipheriv, type Decipheriv } from "node:crypto";
import { isObject } from "../../json.ts";
import type { EncryptionMaterial } from "./upload-grants.ts";

/** What is wrong with an upload: the store refuses it. */
export class UploadRefusal extends Error {
  override readonly name = "UploadRefusal";
}

function parsed(text: string | undefined, what: string): Readonly<Record<string, unknown>> {
  if (text === undefined) throw new UploadRefusal(`The stage is encrypted and the metadata lacks ${what}.`);
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // The refusal below says all there is to say.
  }
  throw new UploadRefusal(`The metadata's ${what} is no JSON object.`);
}

function base64Of(value: unknown, what: string): Buffer {
  if (typeof value !== "string" || !/^[A-Za-z0-9+/]+=*$/u.test(value)) {
    throw new UploadRefusal(`The metadata's ${what} is no base64.`);
  }
  return Buffer.from(value, "base64");
}

/** The id of the PUT whose material a file was encrypted with, from its `matdesc`. */
export function queryIdOf(matdesc: string | undefined): string {
  const { queryId } = parsed(matdesc, "matdesc");
  return String(queryId);
}

function checkDescription(material: EncryptionMaterial, matdesc: string | undefined): void {
  const { smkId, queryId, keySize } = parsed(matdesc, "matdesc");
  const bits = String(Buffer.from(material.queryStageMasterKey, "base64").length * 8);
  if (smkId === material.smkId && queryId === material.queryId && keySize === bits) return;
  throw new UploadRefusal(
    `matdesc is ${matdesc}; the material was smkId ${material.smkId}, queryId ${material.queryId}, keySize ${bits}.`,
  );
}

function unwrapped(material: EncryptionMaterial, wrapped: Buffer): Buffer {
  const key = Buffer.from(material.queryStageMasterKey, "base64");
  const decipher = createDecipheriv(`aes-${key.length * 8}-ecb`, key, null);
  try {
    const fileKey = Buffer.concat([decipher.update(wrapped), decipher.final()]);
    if (fileKey.length === key.length) return fileKey;
  } catch {
    // The refusal below says all there is to say.
  }
  throw new UploadRefusal("The file's key was not wrapped with the key of its PUT.");
}

/** Makes the cipher that gives a file's own bytes back. Throws {@link UploadRefusal} when its metadata is wrong. */
export function fileDecipher(
  material: EncryptionMaterial,
  metadata: { encryptionData: string | undefined; matdesc: string | undefined },
): Decipheriv {
  checkDescription(material, metadata.matdesc);
  const data = parsed(metadata.encryptionData, "encryptiondata");
  const wrapping = data["WrappedContentKey"];
  if (data["EncryptionMode"] !== "FullBlob" || !isObject(wrapping)) {
    throw new UploadRefusal("encryptiondata has no EncryptionMode FullBlob with a WrappedContentKey.");
  }
  const fileKey = unwrapped(material, base64Of(wrapping["EncryptedKey"], "EncryptedKey"));
  const vector = base64Of(data["ContentEncryptionIV"], "ContentEncryptionIV");
  if (vector.length !== 16) throw new UploadRefusal("ContentEncryptionIV has not 16 bytes.");
  return createDecipheriv(`aes-${fileKey.length * 8}-cbc`, fileKey, vector);
}
