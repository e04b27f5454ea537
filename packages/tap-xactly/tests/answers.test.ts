import { createServer } from "node:http";
import { exitCodeOf } from "@chorale/singer";
import { expect, it } from "vitest";
import { tapXactlyBy } from "../src/index.ts";
import { type Run, runTap, runWell } from "./support/run-tap.ts";

interface Scripted {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface Script {
  readonly token?: Scripted;
  readonly executed?: Scripted;
  /** The pages of each statement but the one for rows without a date, in order. */
  readonly pages?: readonly unknown[];
}

const good: { readonly token: Scripted; readonly executed: Scripted } = {
  token: { body: '{"access_token":"t"}' },
  executed: { status: 201, headers: { location: "/r" } },
};

/** Runs the tap against a gateway that says what a script says, for answers that the stand-in never gives. */
async function runScript(script: Script): Promise<{ run: Run; starts: readonly string[] }> {
  const { token, executed, pages = [] } = { ...good, ...script };
  const starts: string[] = [];
  let statements = 0;
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
    const page = (): Scripted => {
      if (statements === 1) return { body: '{"data":{"rows":[],"totalRows":0}}' };
      starts.push(searchParams.get("start") ?? "");
      return { body: JSON.stringify(pages[starts.length - 1] ?? { data: { rows: [], totalRows: 0 } }) };
    };
    if (pathname.endsWith("/execute")) statements += 1;
    const answer = pathname.endsWith("/token") ? token : pathname.endsWith("/execute") ? executed : page();
    response.writeHead(answer.status ?? 200, { "content-type": "application/json", ...answer.headers });
    request.resume().once("end", () => response.end(answer.body ?? ""));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
    return { run: await runTap({ url, select: ["xc_role.NAME"] }), starts };
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

function row(id: number): readonly unknown[] {
  return [id, `role ${id}`, `2026-01-0${id}T00:00:00`];
}

function page(totalRows: number | string | undefined, ...ids: readonly number[]): unknown {
  return { data: { rows: ids.map(row), totalRows } };
}

function idsOf(run: Run): readonly unknown[] {
  return run.records("xc_role").map((record) => record["ROLE_ID"]);
}

it.each([
  ["changes its size between two pages", [page(3, 1, 2), page(2), page(1, 3)], ["0", "2", "0"]],
  ["ends before its end", [page(3, 1, 2), page(3), page(1, 3)], ["0", "2", "0"]],
])("asks again behind the last row when a result %s", async (_, pages, asked) => {
  const { run, starts } = await runScript({ pages });
  expect(run.error).toBeUndefined();
  expect(idsOf(run)).toEqual([1, 2, 3]);
  expect(starts).toEqual(asked);
});

it("reads until a page is empty where nobody says how many rows there are", async () => {
  const { run, starts } = await runScript({
    pages: [page(undefined, 1, 2), page(undefined, 3), page(undefined)],
  });
  expect([idsOf(run), starts]).toEqual([
    [1, 2, 3],
    ["0", "2", "3"],
  ]);
});

it("takes the number of rows as text, and whatever the answer to a statement holds", async () => {
  const executed = { status: 200, headers: { location: "/r" }, body: "<ok/>" };
  const { run } = await runScript({ executed, pages: [page("2", 1), page("2", 2)] });
  expect([run.error, idsOf(run)]).toEqual([undefined, [1, 2]]);
});

it.each([
  ["a token's answer without a token", { token: { body: "{}" } }, 65, "answered without an access_token"],
  ["an empty token", { token: { body: '{"access_token":""}' } }, 65, "answered without an access_token"],
  ["no Location", { executed: { status: 201 } }, 70, "named no result: the answer has no Location header"],
  [
    "a Location on another host",
    { executed: { status: 201, headers: { location: "http://127.0.0.2:1/api/r" } } },
    70,
    "of another origin",
  ],
  ["a page without rows", { pages: [{ data: {} }] }, 65, "without data.rows"],
  ["a page of records", { pages: [{ data: { rows: [{}], totalRows: 1 } }] }, 65, "without data.rows"],
] as const)("fails with one line for %s", async (_, script, code, message) => {
  const { run } = await runScript(script);
  expect(exitCodeOf(run.error)).toBe(code);
  expect(String(run.error)).toContain(message);
  expect(String(run.error)).not.toContain("\n");
});

it("goes on after a statement that found fewer rows than asked for, but as many as are known to come whole", async () => {
  let asked = 0;
  const tap = tapXactlyBy(() => ({
    async *query(sql) {
      if (sql.includes("IS NULL")) return;
      asked += 1;
      const count = asked === 1 ? 10_000 : 3;
      for (let id = 0; id < count; id += 1) yield [asked * 10_000 + id, "", "2026-01-01T00:00:00"];
    },
  }));
  const config = { query_rows: 50_000 };
  const run = await runWell({ url: "http://127.0.0.1:9", tap, config, select: ["xc_role.NAME"] });
  expect([asked, run.records("xc_role").length]).toEqual([2, 10_003]);
});
