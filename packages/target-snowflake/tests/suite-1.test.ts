import { declareSuite } from "./suite.ts";

await declareSuite({ part: { number: 1, of: 2 }, modes: "in turn" });
