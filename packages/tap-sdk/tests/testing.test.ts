import { tapTestSuite } from "../src/testing/index.ts";
import { tapShop } from "./support/shop.ts";
import { shopReplica } from "./support/shop-replica.ts";

tapTestSuite(tapShop, {
  replica: () => shopReplica(),
  expectedStreams: ["orders", "order_lines", "line_notes", "products", "tags"],
});
