import { describe, expect, it } from "vitest";
import { collectRun, messagesIn, selectingCatalog, succeeded, tapProgram } from "../src/testing/index.ts";
import { serve } from "./support/local-server.ts";
import { shopRoute, tapShop } from "./support/shop.ts";
import { shopData, shopToken } from "./support/shop-replica.ts";

async function withShop(test: (config: Readonly<Record<string, unknown>>) => Promise<void>): Promise<void> {
  const server = await serve(shopRoute(shopData));
  try {
    await test({ base_url: server.url, api_token: shopToken });
  } finally {
    await server.close();
  }
}

const at = Date.UTC(2026, 5, 1);

describe("collectRun", () => {
  it("takes note of records, states and the log, at the moment that it is told", async () => {
    await withShop(async (config) => {
      const run = succeeded(await collectRun(tapShop, { config, select: ["orders.*"], at }));
      expect(run.ids("orders")).toEqual(run.records("orders").map(({ id }) => id));
      expect(run.ids("orders").length).toBe(shopData.orders.length);
      expect(run.records("nothing")).toEqual([]);
      expect(run.states.length).toBe(run.messages.filter(({ type }) => type === "STATE").length);
      const records = run.messages.filter((message) => message.type === "RECORD");
      expect(new Set(records.map(({ time_extracted: moment }) => moment))).toEqual(
        new Set(["2026-06-01T00:00:00.000Z"]),
      );
      expect(run.said("info")).toBe(
        run.logs.flatMap(({ level, message }) => (level === "info" ? [message] : [])).join("\n"),
      );
      expect(run.said("info")).not.toBe("");
    });
  });

  it("answers what was thrown beside the messages before it", async () => {
    await withShop(async (config) => {
      const run = await collectRun(tapShop, {
        config: { ...config, api_token: "wrong" },
        select: ["orders.*"],
      });
      expect(String(run.error)).toContain("401");
      expect(() => succeeded(run)).toThrow("401");
      expect(run.messages.map(({ type }) => type)).toEqual(["SCHEMA"]);
    });
  });

  it("leaves after a message, and keeps none where it shall not", async () => {
    await withShop(async (config) => {
      const select = ["orders.*"];
      const isRecord = ({ type }: { type: string }): boolean => type === "RECORD";
      const left = succeeded(await collectRun(tapShop, { config, select, until: isRecord }));
      expect(left.messages.map(({ type }) => type)).toEqual(["SCHEMA", "RECORD"]);
      let seen = 0;
      const until = (): boolean => {
        seen += 1;
        return false;
      };
      const run = succeeded(await collectRun(tapShop, { config, select, until, keeps: false }));
      expect(run.messages).toEqual([]);
      expect(seen).toBeGreaterThan(shopData.orders.length);
    });
  });
});

describe("selectingCatalog", () => {
  it("selects streams, and neither the others nor the properties that are not wanted", async () => {
    const catalog = await selectingCatalog(tapShop, ["orders"], {
      fullTable: ["orders"],
      deselected: ["id"],
    });
    const chosen = catalog.streams.flatMap(({ tap_stream_id: name, metadata }) => {
      const own = metadata.find(({ breadcrumb }) => breadcrumb.length === 0)?.metadata;
      return own?.["selected"] === true ? [[name, own["replication-method"]]] : [];
    });
    expect(chosen).toEqual([["orders", "FULL_TABLE"]]);
    const deselected = catalog.streams.flatMap(({ metadata }) =>
      metadata.filter(({ breadcrumb, metadata: of }) => breadcrumb.length > 0 && of["selected"] === false),
    );
    expect(new Set(deselected.map(({ breadcrumb }) => breadcrumb[1]))).toEqual(new Set(["id"]));
  });
});

describe("tapProgram", () => {
  const spawnShop = tapProgram(new URL("support/shop-bin.ts", import.meta.url));

  it("answers the code, the messages and the log of a program", async () => {
    await withShop(async (config) => {
      const env = { TAP_SHOP_BASE_URL: String(config["base_url"]), TAP_SHOP_API_TOKEN: shopToken };
      const seen: string[] = [];
      const run = await spawnShop({
        args: ["--config", "ENV", "--select", "orders.*"],
        env,
        onOutput: (stdout) => seen.push(stdout),
      });
      expect(run.code).toBe(0);
      const records = messagesIn(run.stdout).filter(({ type }) => type === "RECORD");
      expect(records.length).toBe(shopData.orders.length);
      expect(seen.at(-1)).toBe(run.stdout);
      expect(run.log.length).toBeGreaterThan(0);
      expect(run.log.every(({ name }) => name === "tap-shop")).toBe(true);
    });
  });

  it("answers null for the code of a program that a signal ended", async () => {
    await withShop(async (config) => {
      const env = { TAP_SHOP_BASE_URL: String(config["base_url"]), TAP_SHOP_API_TOKEN: shopToken };
      const run = await spawnShop({
        args: ["--config", "ENV"],
        env,
        onOutput: (_stdout, child) => child.kill("SIGKILL"),
      });
      expect(run.code).toBe(null);
    });
  });
});
