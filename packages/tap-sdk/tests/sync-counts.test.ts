import { createMetrics } from "@chorale/singer";
import { expect, it } from "vitest";
import { now, runShop } from "./support/run-shop.ts";
import { shopRoute } from "./support/shop.ts";
import { shopData } from "./support/shop-replica.ts";

interface Metric {
  readonly type: string;
  readonly metric: string;
  readonly value: number;
  readonly tags: Readonly<Record<string, string>>;
}

function metricsInto(lines: string[]) {
  return createMetrics((line) => lines.push(line));
}

function parsed(lines: readonly string[], metric: string): readonly Omit<Metric, "metric">[] {
  return lines
    .map((line): Metric => JSON.parse(line.replace(/^INFO METRIC: /, "")))
    .filter((each) => each.metric === metric)
    .map(({ metric: _metric, ...rest }) => rest);
}

it("counts records by stream at the end", async () => {
  const lines: string[] = [];
  await runShop({ metrics: metricsInto(lines) });
  expect(parsed(lines, "record_count")).toEqual([
    { type: "counter", value: 5, tags: { stream: "orders" } },
    { type: "counter", value: 4, tags: { stream: "order_lines" } },
    { type: "counter", value: 4, tags: { stream: "line_notes" } },
    { type: "counter", value: 3, tags: { stream: "products" } },
    { type: "counter", value: 2, tags: { stream: "tags" } },
  ]);
});

it("writes what was counted so far each minute", async () => {
  const lines: string[] = [];
  let minutes = 0;
  const route = shopRoute(shopData);
  await runShop({
    select: ["orders"],
    metrics: metricsInto(lines),
    clock: () => new Date(now.getTime() + minutes * 60_000),
    route: (request) => {
      if (request.query.get("cursor") === "2") minutes += 1;
      return route(request);
    },
  });
  expect(parsed(lines, "record_count").map(({ value }) => value)).toEqual([4, 1]);
});

it("times requests, streams and the run", async () => {
  const lines: string[] = [];
  let seconds = 0;
  const { error } = await runShop({
    select: ["products", "tags"],
    metrics: metricsInto(lines),
    clock: () => new Date(now.getTime() + seconds * 1000),
    route: (request) => {
      seconds += 2;
      return request.path === "/tags" ? { status: 400 } : shopRoute(shopData)(request);
    },
  });
  expect(error).toBeDefined();
  expect(parsed(lines, "http_request_duration").map(({ tags }) => tags)).toEqual([
    { endpoint: "/products", http_status_code: "200" },
    { endpoint: "/tags", http_status_code: "400" },
  ]);
  expect(parsed(lines, "sync_duration")).toEqual([
    { type: "timer", value: 2, tags: { stream: "products", status: "succeeded" } },
    { type: "timer", value: 2, tags: { stream: "tags", status: "failed" } },
  ]);
  expect(parsed(lines, "job_duration")).toEqual([
    { type: "timer", value: 4, tags: { job_type: "sync", status: "failed" } },
  ]);
});
