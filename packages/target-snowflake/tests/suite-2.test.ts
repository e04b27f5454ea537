import { declareSuite } from "./suite.ts";

await declareSuite({ part: { number: 2, of: 2 }, modes: "in turn" });
