import { ConfigError, integer, object } from "@chorale/singer";
import { expect, it } from "vitest";
import { type AnyStream, defineTap } from "../src/index.ts";
import { lines, notes, orders, type ShopConfig, shop, tags, tapShop } from "./support/shop.ts";

it.each<{ name: string; streams: readonly AnyStream<ShopConfig>[]; message: string }>([
  {
    name: "two streams of one name",
    streams: [orders, tags, { ...orders }],
    message: 'tap-shop: two streams are named "orders". Rename one.',
  },
  {
    name: "a parent that is missing",
    streams: [notes, orders],
    message: "tap-shop: line_notes is a child of order_lines, which is not among the streams. Add it.",
  },
  {
    name: "parents in a circle",
    streams: [{ ...orders, parent: lines }, lines],
    message: "tap-shop: streams are parents of each other: orders → order_lines → orders. Break the circle.",
  },
])("refuses $name", ({ streams, message }) => {
  expect(() => defineTap({ ...tapShop, streams })).toThrow(new ConfigError(message));
});

it("is frozen, and so is what it is made of", () => {
  expect(Object.isFrozen(tapShop)).toBe(true);
  expect(Object.isFrozen(tapShop.streams)).toBe(true);
  expect(Object.isFrozen(orders)).toBe(true);
  expect(Object.isFrozen(shop)).toBe(true);
  expect(() => Object.assign(orders.keyProperties, { 0: "x" })).toThrow(TypeError);
});

it("can be inherited by a spread: what is replaced is new, the rest as it was", async () => {
  const inherited = defineTap({ ...tapShop, name: "tap-other", description: "Another shop" });
  expect(inherited.streams).toEqual(tapShop.streams);
  const about = await inherited.about();
  expect([about.name, about.description, about.namespace]).toEqual([
    "tap-other",
    "Another shop",
    "tap_other",
  ]);
  expect((await tapShop.about()).name).toBe("tap-shop");
  expect(await inherited.discover()).toEqual(await tapShop.discover());
});

it("fills in the defaults of a stream", () => {
  const {
    pages: _pages,
    bookmarkValue,
    hasChildren,
    client,
    schema: _schema,
    ...facts
  } = shop.stream({
    name: "plain",
    schema: object({ id: integer() }),
    keyProperties: ["id"],
    path: "plain",
    recordsAt: "",
  });
  expect(facts).toEqual({
    name: "plain",
    keyProperties: ["id"],
    replicationMethod: "FULL_TABLE",
    replicationKey: undefined,
    sorted: false,
    filteredBy: "server",
    parent: undefined,
    keepsPosition: false,
    replacesTable: false,
    selectedByDefault: true,
  });
  expect(client).toBe(shop);
  expect(bookmarkValue({ id: 1 })).toBeUndefined();
  expect(hasChildren({})).toBe(true);
});

it("shows no default of a secret, at any depth", async () => {
  const hidden = { type: "string", secret: true, default: "hunter2" };
  const config = {
    ...tapShop.config,
    json: {
      type: "object",
      properties: { a: hidden, b: { type: "object", properties: { c: hidden, d: { default: 1 } } } },
    },
  };
  const { settings } = await defineTap({ ...tapShop, config }).about();
  expect(settings).toEqual({
    type: "object",
    properties: {
      a: { type: "string", secret: true },
      b: { type: "object", properties: { c: { type: "string", secret: true }, d: { default: 1 } } },
    },
  });
});

it("says so when its package.json has no version", async () => {
  const tap = defineTap({ ...tapShop, package: new URL("../tsconfig.json", import.meta.url) });
  await expect(tap.about()).rejects.toThrow(/tsconfig\.json has no version\. Let "package" be the address/);
});
