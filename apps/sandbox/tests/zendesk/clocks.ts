import type { ZendeskData } from "../../src/zendesk/sandbox.ts";
import { type Client, now, withZendesk } from "../zendesk-client.ts";

/** Runs a test against a stand-in whose clock the test may move on. */
export async function withClock(
  data: ZendeskData,
  test: (client: Client, pass: (seconds: number) => void) => Promise<void>,
): Promise<void> {
  let clock = now;
  await withZendesk({ data, clock: () => clock }, (client) =>
    test(client, (seconds) => {
      clock += seconds * 1000;
    }),
  );
}
