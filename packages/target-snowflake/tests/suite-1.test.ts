import { declareSuite } from "./suite.ts";

await declareSuite({ number: 1, of: 2 });
