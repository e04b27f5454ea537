import { runTapCli } from "../../src/cli/index.ts";
import { defineTap } from "../../src/index.ts";
import { shop, tags, tapShop } from "./shop.ts";

const broken = shop.customStream({
  name: "broken",
  schema: tags.schema,
  keyProperties: ["name"],
  selectedByDefault: false,
  // biome-ignore lint/correctness/useYield: it throws before it yields
  async *records() {
    throw new RangeError("a defect\nof two lines");
  },
});

process.exitCode = await runTapCli(defineTap({ ...tapShop, streams: [...tapShop.streams, broken] }));
