import assert from "node:assert/strict";
import { AuthenticationError, ConfigError, isObject } from "@chorale/singer";
import type { TapCheck } from "./tap-checks.ts";
import { recordsByStream, type TapLab } from "./tap-lab.ts";
import type { ReplicaFault, TapReplica } from "./tap-replica.ts";

/** What a tap does when things go wrong. */
export function faultChecks<Config>(lab: TapLab<Config>): readonly TapCheck[] {
  return [
    { name: "refuses a config without its required settings", verify: () => settingsAreRequired(lab) },
    { name: "stops when its reader leaves", verify: () => readerMayLeave(lab) },
    { name: "waits when it is told to (429)", verify: () => survives(lab, rateLimited) },
    { name: "tries again after a server's error (500)", verify: () => survives(lab, serverError) },
    { name: "fails at once when credentials are refused (401)", verify: () => failsUnauthorized(lab) },
  ];
}

const rateLimited: ReplicaFault = { status: 429, headers: { "retry-after": "1" }, times: 1 };
const serverError: ReplicaFault = { status: 500, times: 1 };
const unauthorized: ReplicaFault = { status: 401, times: Number.POSITIVE_INFINITY };

async function settingsAreRequired<Config>(lab: TapLab<Config>): Promise<void> {
  for (const name of lab.tap.config.json.required ?? []) {
    const { messages, paths, error } = await lab.run({ prepare: ({ config }) => without(config, name) });
    assert.ok(ConfigError.isInstance(error), `without ${name}: ${String(error)}`);
    assert.ok(error.message.includes(name), `the error names ${name}: ${error.message}`);
    assert.deepEqual({ messages, requests: [...(paths ?? [])] }, { messages: [], requests: [] });
  }
}

async function readerMayLeave<Config>(lab: TapLab<Config>): Promise<void> {
  const whole = await lab.whole();
  const { requestCount, error } = await lab.run({ until: ({ type }) => type === "RECORD" });
  assert.equal(error, undefined);
  if (requestCount === undefined || whole.requestCount === undefined) return;
  // The first family may be all there is, and its first page may be all of it.
  if (lab.tap.streams.filter(({ parent }) => parent === undefined).length === 1) return;
  assert.ok(
    requestCount < whole.requestCount,
    `${requestCount} requests were made for one record, of ${whole.requestCount}`,
  );
}

async function survives<Config>(lab: TapLab<Config>, fault: ReplicaFault): Promise<void> {
  const { messages } = await lab.whole();
  const hurt = await failing(lab, fault);
  if (hurt === undefined) return;
  assert.equal(hurt.error, undefined);
  const counts = (all: typeof messages) =>
    Object.fromEntries([...recordsByStream(all)].map(([stream, records]) => [stream, records.length]));
  assert.deepEqual(counts(hurt.messages), counts(messages), "records by stream");
}

async function failsUnauthorized<Config>(lab: TapLab<Config>): Promise<void> {
  const run = await failing(lab, unauthorized);
  if (run === undefined) return;
  assert.ok(AuthenticationError.isInstance(run.error), `the error is ${String(run.error)}`);
  assert.equal(recordsByStream(run.messages).size, 0);
}

/** Undefined when the replica cannot fail. */
async function failing<Config>(lab: TapLab<Config>, fault: ReplicaFault) {
  let canFail = false;
  const prepare = ({ fail }: TapReplica): void => {
    canFail = fail !== undefined;
    fail?.(fault);
  };
  const run = await lab.run({ prepare });
  return canFail ? run : undefined;
}

function without(config: unknown, name: string): unknown {
  return isObject(config)
    ? Object.fromEntries(Object.entries(config).filter(([key]) => key !== name))
    : config;
}
