import { describe, expect, it } from "vitest";
import {
  ApiError,
  ConfigError,
  createLogger,
  createMetrics,
  createRedactor,
  type LoggerOptions,
  rawNumber,
} from "../src/index.ts";

async function logged(
  options: Partial<LoggerOptions>,
  use: (log: Awaited<ReturnType<typeof createLogger>>) => void,
): Promise<Record<string, unknown>[]> {
  const lines: string[] = [];
  use(await createLogger({ name: "tap-x", write: (line) => lines.push(line), ...options }));
  for (const line of lines) expect(line).toMatch(/^\{[^\n]*\}\n$/);
  return lines.map((line) => JSON.parse(line));
}

describe("createLogger", () => {
  it("writes one JSON line a call", async () => {
    const [line, ...others] = await logged({}, (log) => log.info("it began", { stream: "users", count: 5 }));
    expect(others).toEqual([]);
    expect(line).toEqual({
      level: "info",
      time: expect.any(String),
      name: "tap-x",
      msg: "it began",
      stream: "users",
      count: 5,
    });
    const { time } = line ?? {};
    expect(new Date(String(time)).toISOString()).toBe(time);
  });

  it.each([
    [undefined, ["info", "warn", "error"]],
    ["debug", ["debug", "info", "warn", "error"]],
    ["TRACE", ["debug", "info", "warn", "error"]],
    ["Info", ["info", "warn", "error"]],
    ["WARNING", ["warn", "error"]],
    ["error", ["error"]],
    ["CRITICAL", ["error"]],
  ])("at level %s writes %j", async (level, expected) => {
    const lines = await logged(level === undefined ? {} : { level }, (log) => {
      log.debug("a");
      log.info("a");
      log.warn("a");
      log.error("a");
    });
    expect(lines.map((line) => line["level"])).toEqual(expected);
  });

  it("refuses a level that does not exist", async () => {
    await expect(createLogger({ name: "x", level: "loud\n" })).rejects.toThrow(
      'log level: there is no "loud\\n". Use debug, info, warn or error.',
    );
    await expect(createLogger({ name: "x", level: "loud" })).rejects.toThrow(ConfigError);
  });

  it("keeps its own keys apart from those of the call", async () => {
    const [line] = await logged({}, (log) =>
      log.info("m", { level: "x", time: 1, name: "n", msg: "t", ["__proto__"]: "p" }),
    );
    expect(line).toMatchObject({
      level: "info",
      name: "tap-x",
      msg: "m",
      level_: "x",
      time_: 1,
      name_: "n",
      msg_: "t",
    });
    expect(Object.hasOwn(line ?? {}, "__proto__")).toBe(true);
  });

  it("does not read placeholders", async () => {
    const [line] = await logged({}, (log) => log.info("100%s %d %o", { a: 1 }));
    expect(line).toMatchObject({ msg: "100%s %d %o", a: 1 });
  });

  it("writes errors with their causes and their own facts", async () => {
    const cause = new TypeError("socket closed");
    const error = new ApiError("users: it failed", {
      cause,
      method: "GET",
      url: "https://x/",
      status: 503,
      retryable: true,
    });
    const [line] = await logged({}, (log) => log.error("m", { error, err: error, list: [cause] }));
    const written = {
      type: "ApiError",
      message: "users: it failed",
      stack: expect.stringContaining("ApiError: users: it failed"),
      kind: "transient",
      exitCode: 75,
      method: "GET",
      url: "https://x/",
      status: 503,
      retryable: true,
      cause: { type: "TypeError", message: "socket closed", stack: expect.any(String) },
    };
    expect(line).toMatchObject({ error: written, err: written, list: [written.cause] });
  });

  it("cuts a chain of causes that leads back into itself", async () => {
    const error = new Error("a");
    error.cause = error;
    const [line] = await logged({}, (log) => log.error("m", { error }));
    expect(JSON.stringify(line)).toContain('"cause":"[too deep]"');
  });

  it("writes what JSON has no words for", async () => {
    const loop: Record<string, unknown> = {};
    loop["self"] = loop;
    const [line] = await logged({}, (log) =>
      log.info("m", {
        raw: rawNumber("12345678901234567890"),
        big: 12345678901234567890n,
        nan: Number.NaN,
        infinite: Number.NEGATIVE_INFINITY,
        date: new Date(0),
        noDate: new Date(Number.NaN),
        url: new URL("https://u:p@x/"),
        bytes: Buffer.from("secret"),
        map: new Map([["a", 1]]),
        set: new Set([1]),
        symbol: Symbol("s"),
        call: () => 1,
        nothing: null,
        absent: undefined,
        loop,
        many: Array.from({ length: 150 }, () => 0),
        broken: {
          get a(): unknown {
            throw new Error("no");
          },
        },
        toJSON: {
          toJSON: (): never => {
            throw new Error("no");
          },
        },
      }),
    );
    expect(line).toMatchObject({
      raw: "12345678901234567890",
      big: "12345678901234567890",
      nan: "NaN",
      infinite: "-Infinity",
      date: "1970-01-01T00:00:00.000Z",
      noDate: "[no date]",
      bytes: "[6 bytes]",
      map: { a: 1 },
      set: [1],
      symbol: "Symbol(s)",
      call: "[function]",
      nothing: null,
      broken: "[unreadable]",
      toJSON: { toJSON: "[function]" },
    });
    expect(line).not.toHaveProperty("absent");
    expect(line?.["many"]).toHaveLength(101);
    expect(JSON.stringify(line?.["many"])).toContain("[50 more]");
    expect(JSON.stringify(line?.["loop"])).toContain("[too deep]");
  });

  it("lets no secret through, wherever it stands", async () => {
    const redact = createRedactor(["hunter2!", "123456", 'qu"ote']);
    const error = new Error("bad hunter2!", { cause: "hunter2!" });
    const [line] = await logged({ redact }, (log) =>
      log.error('hunter2! and qu"ote', {
        text: "a hunter2! b",
        number: 123456,
        other: 1234567,
        nested: [{ deep: 'qu"ote' }],
        "hunter2!": true,
        error,
        url: new URL("https://x/?p=hunter2!"),
        map: new Map([["hunter2!", "hunter2!"]]),
        headers: { authorization: "abc", Cookie: "c", "x-api-key": "k", accept: "text" },
        password: "plain",
        passwordGiven: true,
        token_type: "bearer",
        client_secret: null,
      }),
    );
    const text = JSON.stringify(line);
    for (const secret of ["hunter2", "123456", 'qu\\"ote', '"abc"', '"c"', '"k"', "plain"])
      expect(text).not.toContain(secret);
    expect(line).toMatchObject({
      msg: "[redacted] and [redacted]",
      text: "a [redacted] b",
      number: "[redacted]",
      other: "[redacted]7",
      nested: [{ deep: "[redacted]" }],
      "[redacted]": true,
      headers: {
        authorization: "[redacted]",
        Cookie: "[redacted]",
        "x-api-key": "[redacted]",
        accept: "text",
      },
      password: "[redacted]",
      passwordGiven: true,
      token_type: "bearer",
      client_secret: null,
    });
  });
});

describe("createMetrics", () => {
  it("writes what Singer tools look for, as whole lines", () => {
    const lines: string[] = [];
    const metrics = createMetrics((line) => lines.push(line));
    metrics.counter("record_count", 10, { stream: "users" });
    metrics.timer("http_request_duration", 0.25);
    metrics.counter("record_count", Number.NaN);
    metrics.timer("sync_duration", Number.POSITIVE_INFINITY);
    metrics.counter("record_count", 1, { stream: "a\nb" });
    expect(lines).toEqual([
      'INFO METRIC: {"type":"counter","metric":"record_count","value":10,"tags":{"stream":"users"}}\n',
      'INFO METRIC: {"type":"timer","metric":"http_request_duration","value":0.25,"tags":{}}\n',
      'INFO METRIC: {"type":"counter","metric":"record_count","value":1,"tags":{"stream":"a\\nb"}}\n',
    ]);
    for (const line of lines) expect(line.trimEnd()).toMatch(/^INFO METRIC: (\{.*\})$/);
  });
});
