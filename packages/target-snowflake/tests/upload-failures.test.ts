import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { patience, plain, problemOf, putsOf, stagedNames, uploadTest, withStages } from "./upload-test.ts";

describe("an upload that fails at first", () => {
  it("because the stage's credential expired is put again with another", async () => {
    const snowflake = await withStages();
    snowflake.faults.add({ match: { blob: true }, nth: 1, fault: { kind: "credential-expired" } });
    const test = await uploadTest(snowflake, { put_timeout_seconds: 1 });
    await test.uploads.upload(await test.file("0001"));
    expect(putsOf(snowflake)).toHaveLength(2);
    expect(await stagedNames(snowflake)).toEqual(["chorale/users/b1/0001.json.zst"]);
    expect(test.log.lines.filter(({ level }) => level === "warn")).toMatchObject([
      {
        message: "an upload failed and is tried again",
        fields: { file: "chorale/users/b1/0001.json.zst", reason: "it took longer than 1 s" },
      },
    ]);
  });

  it("because the storage is not there for a while", async () => {
    const snowflake = await withStages({ store: "gcs" });
    const nth = [1, 2, 3, 4, 5];
    snowflake.faults.add({
      match: { blob: true, method: "PUT" },
      nth,
      fault: { kind: "status", status: 503 },
    });
    const test = await uploadTest(snowflake, { put_timeout_seconds: 5 });
    await test.uploads.upload(await test.file("0001"));
    expect(putsOf(snowflake)).toHaveLength(2);
    expect(await stagedNames(snowflake)).toEqual(["chorale/users/b1/0001.json.zst"]);
  });

  it("because the file was lost on its way", async () => {
    const snowflake = await withStages();
    // The driver looks for the file after each upload, and may not see this one.
    snowflake.faults.add({
      match: { blob: true, method: "HEAD" },
      nth: 1,
      fault: { kind: "status", status: 403 },
    });
    const test = await uploadTest(snowflake);
    await test.uploads.upload(await test.file("0001"));
    expect(putsOf(snowflake)).toHaveLength(2);
  });

  it("because its session ended goes on over another", async () => {
    const snowflake = await withStages();
    snowflake.faults.add({ match: { sql: /^PUT/ }, nth: 2, fault: { kind: "session-gone" } });
    const test = await uploadTest(snowflake);
    await test.uploads.upload(await test.file("0001"));
    await test.uploads.upload(await test.file("0002"));
    expect(await stagedNames(snowflake)).toHaveLength(2);
    expect(snowflake.sessions.filter(({ user }) => user === "LOADER")).toHaveLength(2);
  });

  it("because its thread died goes on in another", async () => {
    const snowflake = await withStages();
    snowflake.faults.add({ match: { blob: true }, nth: 1, fault: { kind: "withheld", ms: 2000 } });
    const test = await uploadTest(snowflake);
    const started = once(process, "worker");
    const uploading = test.uploads.upload(await test.file("0001"));
    const [thread]: Worker[] = await started;
    await expect.poll(() => putsOf(snowflake), patience).toHaveLength(1);
    await thread?.terminate();
    await uploading;
    expect(putsOf(snowflake)).toHaveLength(2);
    expect(test.log.lines.filter(({ level }) => level === "warn")).toMatchObject([
      { fields: { reason: "its thread ended" } },
    ]);
  });

  it("takes no others with it: they are put again by another thread", async () => {
    const snowflake = await withStages();
    snowflake.faults.add(
      { match: { sql: /stuck/ }, nth: 1, fault: { kind: "hang" } },
      { match: { sql: /other/ }, nth: 1, fault: { kind: "hang" } },
    );
    const test = await uploadTest(snowflake, { put_timeout_seconds: 1, retries: 1, upload_parallelism: 2 });
    const files = [await test.file("stuck"), await test.file("other", randomBytes(2_000_000))];
    // The other may take three seconds, by its size.
    expect(files[1]?.bytes).toBeGreaterThan(1_900_000);
    await Promise.all(files.map((file) => test.uploads.upload(file)));
    expect(await stagedNames(snowflake)).toHaveLength(2);
    expect(putsOf(snowflake)).toHaveLength(4);
    // Only the one that was stuck counts as failed.
    expect(test.log.lines.filter(({ level }) => level === "warn")).toMatchObject([
      { fields: { file: "chorale/users/b1/stuck.json.zst" } },
    ]);
  });
});

describe("an upload that cannot be done", () => {
  const advice = "Check the network to the stage's storage, or raise put_timeout_seconds, and run again.";

  it("because credentials expire for ever ends in one line that names file and stage", async () => {
    const snowflake = await withStages();
    snowflake.faults.add({ match: { blob: true }, fault: { kind: "credential-expired" } });
    const test = await uploadTest(snowflake, { put_timeout_seconds: 0.5, retries: 1 }, { stage: plain });
    const begin = performance.now();
    const error = await problemOf(test.uploads.upload(await test.file("0001")));
    expect(error).toMatchObject({
      name: "LoadError",
      exitCode: 75,
      message: `cannot put chorale/users/b1/0001.json.zst into stage @${plain}: it took longer than 0.5 s, at the last of 2 tries. ${advice}`,
    });
    expect(performance.now() - begin).toBeLessThan(15_000);
    expect(await readdir(test.folder)).toEqual(["spool-0001"]);
  });

  it("because the storage refuses says why, without the storage's secrets", async () => {
    const snowflake = await withStages({ store: "gcs" });
    snowflake.faults.add({
      match: { blob: true, method: "PUT" },
      fault: { kind: "status", status: 404 },
    });
    const test = await uploadTest(snowflake, { retries: 1 });
    const error = await problemOf(test.uploads.upload(await test.file("0001")));
    expect(error).toMatchObject({ name: "LoadError", exitCode: 75 });
    expect(error.message).toMatch(
      /^cannot put chorale\/users\/b1\/0001\.json\.zst into stage @~: .*404.*, at the last of 2 tries\. /,
    );
    expect(error.message).not.toMatch(/[\r\n]|sig=|Bearer/);
    expect(putsOf(snowflake)).toHaveLength(2);
  });

  it("because there is no such stage is not tried again", async () => {
    const snowflake = await withStages();
    const test = await uploadTest(snowflake, {}, { stage: '"RAW"."PUBLIC"."NOWHERE"' });
    const error = await problemOf(test.uploads.upload(await test.file("0001")));
    expect(error).toMatchObject({ name: "ConfigError", exitCode: 78 });
    expect(error.message).toMatch(
      /^cannot put chorale\/users\/b1\/0001\.json\.zst into stage @"RAW"\."PUBLIC"\."NOWHERE": .*does not exist or not authorized \(002003, query [0-9a-f-]+\)\. Make it/,
    );
    expect(putsOf(snowflake)).toHaveLength(1);
  });

  it("because the login is refused is not tried again", async () => {
    const snowflake = await withStages();
    const test = await uploadTest(snowflake, { password: "wrong-password" });
    const files = [await test.file("0001"), await test.file("0002")];
    for (const file of files) {
      expect(await problemOf(test.uploads.upload(file))).toMatchObject({
        name: "AuthenticationError",
        exitCode: 77,
        message:
          "cannot log in to Snowflake as LOADER: Incorrect username or password was specified (390100). Check user and password.",
      });
    }
  });

  it("because the file is gone", async () => {
    const snowflake = await withStages();
    const test = await uploadTest(snowflake);
    const file = { path: join(test.folder, "gone"), name: "chorale/0001.json.zst", bytes: 1 };
    expect(await problemOf(test.uploads.upload(file))).toMatchObject({
      name: "LoadError",
      message: `cannot put chorale/0001.json.zst into stage @~: ${file.path} cannot be read (ENOENT). Check that nothing clears temp_dir.`,
    });
    expect(await readdir(test.folder)).toEqual([]);
  });

  it("because the file is not as long as it should be", async () => {
    const snowflake = await withStages();
    const test = await uploadTest(snowflake, { retries: 0 });
    const file = await test.file("0001");
    const error = await problemOf(test.uploads.upload({ ...file, bytes: file.bytes + 1 }));
    expect(error.message).toContain(
      `${file.bytes} bytes were put there instead of ${file.bytes + 1}, at the last of 1 tries.`,
    );
  });

  it("because the run is stopped rejects with the reason, at once", async () => {
    const snowflake = await withStages();
    snowflake.faults.add({ match: { blob: true }, fault: { kind: "credential-expired" } });
    const stop = new AbortController();
    const test = await uploadTest(snowflake, { upload_parallelism: 1 }, { signal: stop.signal });
    const files = [await test.file("0001"), await test.file("0002")];
    const refused = Promise.all(files.map((file) => problemOf(test.uploads.upload(file))));
    await expect.poll(() => putsOf(snowflake), patience).toHaveLength(1);
    const begin = performance.now();
    const reason = new Error("stopped");
    stop.abort(reason);
    expect(await refused).toEqual([reason, reason]);
    await test.uploads.close();
    expect(performance.now() - begin).toBeLessThan(3000);
  });
});

describe("a token that is refused when an upload logs in", () => {
  it("is replaced once", async () => {
    const oauthClients = [
      { clientId: "client", clientSecret: "secret", user: "LOADER", refreshTokens: ["refresh-1"] },
    ];
    const snowflake = await withStages({ oauthClients });
    const problem = { code: "390303", sqlState: "08001", message: "Invalid OAuth access token." };
    snowflake.faults.add({ match: { endpoint: "login" }, nth: 1, fault: { kind: "problem", problem } });
    const test = await uploadTest(snowflake, {
      ...{ password: null, oauth_client_id: "client", oauth_client_secret: "secret" },
      oauth_refresh_token: "refresh-1",
    });
    await test.uploads.upload(await test.file("0001"));
    expect(await stagedNames(snowflake)).toHaveLength(1);
    expect(snowflake.requests.filter(({ path }) => path === "/oauth/token-request")).toHaveLength(2);
  });
});
