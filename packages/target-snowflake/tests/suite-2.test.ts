import { declareSuite } from "./suite.ts";

await declareSuite({ number: 2, of: 2 });
