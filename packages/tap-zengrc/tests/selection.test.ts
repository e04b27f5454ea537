import { describe, expect, it } from "vitest";
import { tapZengrc } from "../src/index.ts";
import { askedFor, withAccount } from "./support/account.ts";
import { runWell } from "./support/run-tap.ts";

const names = tapZengrc.streams.map(({ name }) => name);
const looked = new Set(["people", "systems"]);

describe("a selected stream", () => {
  it.each(names)("asks for nothing but its own pages: %s", async (name) => {
    await withAccount({}, async (account) => {
      const run = await runWell({ url: account.url, select: [`${name}.*`] });
      expect(run.ids(name).length).toBe(12);
      // Of those that an account may lack, one page is looked at before.
      const count = looked.has(name) ? 4 : 3;
      expect(askedFor(account)).toEqual(Array.from({ length: count }, () => name));
    });
  });

  it("asks for no more when all its columns are wanted than for one", async () => {
    await withAccount({}, async (account) => {
      const one = await runWell({ url: account.url, select: ["requests.title"] });
      expect(one.records("requests")[0]).toEqual({ id: 11, title: expect.any(String) });
      expect(askedFor(account)).toEqual(["requests", "requests", "requests"]);
    });
  });

  it("gives out no column that was left out", async () => {
    await withAccount({}, async ({ url }) => {
      const select = ["vendors.*", "!vendors.owners", "!vendors.contact"];
      const run = await runWell({ url, select });
      expect(run.ids("vendors").length).toBe(12);
      for (const record of run.records("vendors")) {
        expect(Object.keys(record)).not.toEqual(expect.arrayContaining(["owners"]));
        expect(Object.keys(record)).not.toEqual(expect.arrayContaining(["contact"]));
        expect(record).toHaveProperty("secondary_contact");
      }
    });
  });
});

it("makes no request for what is deselected", async () => {
  await withAccount({}, async (account) => {
    const config = { extra_objects: ["standards"], discover_columns: true };
    await runWell({ url: account.url, config, select: ["audits.*", "issues.*"] });
    expect(new Set(askedFor(account))).toEqual(new Set(["audits", "issues"]));
  });
});
