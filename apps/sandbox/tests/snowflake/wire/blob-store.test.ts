import { createCipheriv, createHash, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { isObject } from "../../../src/json.ts";
import { type Scene, withSnowflake } from "./driver.ts";

const plainBytes = Buffer.from("compressed bytes");
const digest = createHash("sha256").update(plainBytes).digest("base64");

interface Granted {
  /** Where an object of the PUT's path is. */
  url(name: string): string;
  readonly headers: Record<string, string>;
  readonly material: { readonly key: Buffer; readonly queryId: string; readonly smkId: string };
  readonly text: string;
}

function field(value: unknown, ...names: readonly string[]): unknown {
  return names.reduce<unknown>((at, name) => (isObject(at) ? at[name] : undefined), value);
}

/** Asks for a PUT without the driver, as it would. */
async function granted({ snowflake }: Scene, stage: string): Promise<Granted> {
  const post = async (path: string, body: object, headers: Record<string, string> = {}) => {
    const all = { "content-type": "application/json", ...headers };
    const response = await fetch(`${snowflake.url}${path}`, {
      method: "POST",
      body: JSON.stringify(body),
      headers: all,
    });
    return response.text();
  };
  const data = { ACCOUNT_NAME: "sandbox", LOGIN_NAME: "LOADER", PASSWORD: "password" };
  const session: unknown = JSON.parse(await post("/session/v1/login-request", { data }));
  const authorization = `Snowflake Token="${field(session, "data", "token")}"`;
  const sqlText = `PUT file:///tmp/x.gz @${stage}/a/`;
  const text = await post(
    `/queries/v1/query-request?requestId=${crypto.randomUUID()}`,
    { sqlText },
    { authorization },
  );
  const answer: unknown = JSON.parse(text.replace(/"smkId":(\d+)/u, '"smkId":"$1"'));
  const at = (...names: string[]) => String(field(answer, "data", ...names));
  const token = at("stageInfo", "creds", "GCS_ACCESS_TOKEN");
  const isGcs = token !== "undefined";
  const root = `${at("stageInfo", "endPoint")}/${at("stageInfo", "location")}`;
  return {
    url: (name) => `${root}${name}${isGcs ? "" : at("stageInfo", "creds", "AZURE_SAS_TOKEN")}`,
    headers: isGcs ? { authorization: `Bearer ${token}` } : { "x-ms-blob-type": "BlockBlob" },
    material: {
      key: Buffer.from(at("encryptionMaterial", "queryStageMasterKey"), "base64"),
      queryId: at("encryptionMaterial", "queryId"),
      smkId: at("encryptionMaterial", "smkId"),
    },
    text,
  };
}

async function put(url: string, headers: Record<string, string>, body: Buffer = plainBytes) {
  const response = await fetch(url, { method: "PUT", headers, body });
  return { status: response.status, text: await response.text() };
}

function encrypted(material: Granted["material"], change: Record<string, unknown> = {}) {
  const fileKey = randomBytes(32);
  const vector = randomBytes(16);
  const data = createCipheriv("aes-256-cbc", fileKey, vector);
  const wrap = createCipheriv(
    "aes-256-ecb",
    change["key"] instanceof Buffer ? change["key"] : material.key,
    null,
  );
  const wrapped = Buffer.concat([wrap.update(fileKey), wrap.final()]).toString("base64");
  const { queryId, smkId } = material;
  const description = { smkId, queryId, keySize: "256", ...change };
  return {
    body: Buffer.concat([data.update(plainBytes), data.final()]),
    headers: {
      "x-ms-meta-sfcdigest": digest,
      "x-ms-meta-matdesc": JSON.stringify(description),
      "x-ms-meta-encryptiondata": JSON.stringify({
        EncryptionMode: "FullBlob",
        WrappedContentKey: { KeyId: "symmKey1", EncryptedKey: wrapped, Algorithm: "AES_CBC_256" },
        ContentEncryptionIV: vector.toString("base64"),
      }),
    },
  };
}

describe("an Azure blob", () => {
  it("is stored under a signature, and found by HEAD with what it was described with", () =>
    withSnowflake({}, async (scene) => {
      const { url, headers } = await granted(scene, "plain");
      expect((await fetch(url("y.gz"), { method: "HEAD" })).status).toBe(404);
      expect((await put(url("y.gz"), { ...headers, "x-ms-meta-sfcdigest": digest })).status).toBe(201);
      const head = await fetch(url("y.gz"), { method: "HEAD" });
      expect([head.status, head.headers.get("x-ms-meta-sfcdigest")]).toEqual([200, digest]);
      expect(head.headers.get("content-length")).toBe(String(plainBytes.length));
      const md5 = createHash("md5").update(plainBytes).digest("hex");
      expect(await scene.snowflake.stagedFiles()).toMatchObject([{ path: "a/y.gz", md5 }]);
    }));

  it("is decrypted with the key of its PUT, whose id is a number above 2^53", () =>
    withSnowflake({}, async (scene) => {
      const { url, headers, material, text } = await granted(scene, "encrypted");
      expect(text).toContain(`"smkId":${material.smkId}`);
      expect(BigInt(material.smkId) > 2n ** 53n).toBe(true);
      const upload = encrypted(material);
      expect((await put(url("y.gz"), { ...headers, ...upload.headers }, upload.body)).status).toBe(201);
      expect(await scene.snowflake.stagedFiles()).toMatchObject([
        { path: "a/y.gz", bytes: plainBytes.length },
      ]);
    }));

  it.each<readonly [string, Record<string, unknown>, Record<string, string>]>([
    ["a key wrapped otherwise", { key: randomBytes(32) }, {}],
    ["another smkId", { smkId: String(2 ** 53) }, {}],
    ["an smkId that is a number", { smkId: 1 }, {}],
    ["another PUT's id", { queryId: crypto.randomUUID() }, {}],
    ["another digest", {}, { "x-ms-meta-sfcdigest": "AAAA" }],
    ["no matdesc", {}, { "x-ms-meta-matdesc": "" }],
    ["no encryptiondata", {}, { "x-ms-meta-encryptiondata": "" }],
    ["another mode", {}, { "x-ms-meta-encryptiondata": '{"EncryptionMode":"Some"}' }],
  ])("is refused with %s", (_name, change, headers) =>
    withSnowflake({}, async (scene) => {
      const { url, headers: usual, material } = await granted(scene, "encrypted");
      const upload = encrypted(material, change);
      const answer = await put(url("y.gz"), { ...usual, ...upload.headers, ...headers }, upload.body);
      expect([answer.status, answer.text]).toEqual([400, expect.stringContaining("InvalidMetadata")]);
      expect(await scene.snowflake.stagedFiles()).toEqual([]);
    }),
  );

  it("is refused when it does not decrypt, or was encrypted for a stage that is not", () =>
    withSnowflake({}, async (scene) => {
      const { url, headers, material } = await granted(scene, "encrypted");
      const upload = encrypted(material);
      const torn = upload.body.subarray(0, -1);
      expect((await put(url("y.gz"), { ...headers, ...upload.headers }, torn)).status).toBe(400);
      const plain = await granted(scene, "plain");
      expect((await put(plain.url("y.gz"), { ...headers, ...upload.headers }, upload.body)).status).toBe(400);
      expect(await scene.snowflake.stagedFiles()).toEqual([]);
    }));

  it("is refused without a good signature, outside of its path, and once the signature has expired", () => {
    let now = Date.now();
    const validity = { stageCredentialSeconds: 60 };
    return withSnowflake({ clock: () => now, validity }, async (scene) => {
      const { url, headers } = await granted(scene, "plain");
      const described = { ...headers, "x-ms-meta-sfcdigest": digest };
      const refused = { status: 403, text: expect.stringContaining("<Code>AuthenticationFailed</Code>") };
      expect(await put(url("y.gz").replace(/sig=.*/u, "sig=x"), described)).toEqual(refused);
      const outside = await put(url("y.gz").replace("/a/", "/b/"), described);
      expect(outside).toEqual({
        status: 403,
        text: expect.stringContaining("AuthorizationPermissionMismatch"),
      });
      expect((await put(url("y.gz"), described)).status).toBe(201);
      now += 60_000;
      const expired = await put(url("z.gz"), described);
      expect(expired).toEqual(refused);
      expect(expired.text).toContain("Signature not valid in the specified time frame");
      expect(await scene.snowflake.stagedFiles()).toHaveLength(1);
    });
  });

  it.each([
    ["without a blob type", "PUT", "", { "x-ms-blob-type": "PageBlob" }, 400],
    ["of blocks that were never sent", "PUT", "&comp=blocklist", {}, 400],
    ["to be read", "GET", "", {}, 405],
  ])("is refused %s", (_name, method, query, headers, status) =>
    withSnowflake({}, async (scene) => {
      const { url, headers: usual } = await granted(scene, "plain");
      const body = method === "PUT" ? "<BlockList><Latest>AAAA</Latest></BlockList>" : null;
      const response = await fetch(`${url("y.gz")}${query}`, {
        method,
        body,
        headers: { ...usual, ...headers },
      });
      expect(response.status).toBe(status);
    }),
  );
});

describe("a Google Cloud object", () => {
  it("is stored under a token, and found by HEAD", () =>
    withSnowflake({ store: "gcs" }, async (scene) => {
      const { url, headers } = await granted(scene, "plain");
      const described = { ...headers, "x-goog-meta-sfc-digest": digest };
      expect((await fetch(url("y.gz"), { method: "HEAD", headers })).status).toBe(404);
      expect((await put(url("y.gz"), described)).status).toBe(200);
      const head = await fetch(url("y.gz"), { method: "HEAD", headers });
      expect([head.status, head.headers.get("x-goog-meta-sfc-digest")]).toEqual([200, digest]);
      expect((await put(url("y.gz"), { ...described, authorization: "Bearer x" })).status).toBe(401);
      expect((await put(url("y.gz"), { "x-goog-meta-sfc-digest": digest })).status).toBe(403);
      expect((await put(url("y.gz").replace("/a/", "/b/"), described)).status).toBe(403);
      expect((await put(url("z.gz"), headers)).status).toBe(400);
      expect((await fetch(url("y.gz"), { headers })).status).toBe(405);
    }));
});
