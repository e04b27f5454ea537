import { AuthenticationError } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import type { AuthContext } from "../../src/rest-client.ts";
import { clientOf, errorOf, fakeClock } from "./test-client.ts";
import { json, serve } from "./test-server.ts";

describe("credentials that say how long they are good", () => {
  it("are fetched again when that is over, without a refusal, once for all that ask", async () => {
    await using server = await serve(({ response }) => json(response, {}));
    const clock = fakeClock();
    const asked: boolean[] = [];
    const http = clientOf(
      server.origin,
      {
        authorize: async ({ refused, validFor }) => {
          validFor(asked.length === 0 ? 60 : 600);
          return { token: `t${asked.push(refused)}` };
        },
      },
      { clock },
    );
    await http.request("GET", "a");
    clock.now += 59_999;
    await http.request("GET", "b");
    clock.now += 1;
    await Promise.all([http.request("GET", "c"), http.request("GET", "d")]);
    clock.now += 599_000;
    await http.request("GET", "e");
    expect(asked).toEqual([false, false]);
    expect(server.requests.map(({ headers }) => headers["token"])).toEqual(["t1", "t1", "t2", "t2", "t2"]);
  });

  it("hand what they remember from call to call, each client for itself", async () => {
    await using server = await serve(({ response }) => json(response, {}));
    const clock = fakeClock();
    const seen: (string | undefined)[] = [];
    const authorize = async ({ kept, validFor }: AuthContext<object>) => {
      seen.push(kept.get("n"));
      kept.set("n", `${seen.length}`);
      validFor(1);
      return { token: "x" };
    };
    const first = clientOf(server.origin, { authorize }, { clock });
    await first.request("GET", "a");
    clock.now += 1000;
    await first.request("GET", "a");
    await clientOf(server.origin, { authorize }, { clock }).request("GET", "a");
    expect(seen).toEqual([undefined, "1", undefined]);
  });

  it("are given the way to save settings, where there is one", async () => {
    await using server = await serve(({ response }) => json(response, {}));
    const saved: unknown[] = [];
    const authorize = async ({ saveSettings }: AuthContext<object>) => {
      await saveSettings?.({ refresh_token: "new" });
      return { token: String(saveSettings === undefined) };
    };
    const saveSettings = async (changes: unknown) => void saved.push(changes);
    await clientOf(server.origin, { authorize }, { saveSettings }).request("GET", "a");
    await clientOf(server.origin, { authorize }).request("GET", "a");
    expect(saved).toEqual([{ refresh_token: "new" }]);
    expect(server.requests.map(({ headers }) => headers["token"])).toEqual(["false", "true"]);
  });
});

it("does not fetch credentials for a configuration that needs none, and ends at the first 401", async () => {
  await using server = await serve(({ response }) => json(response, {}, { status: 401 }));
  const http = clientOf(server.origin, {
    authorizes: () => false,
    authorize: async () => {
      throw new Error("called");
    },
  });
  expect(await errorOf(http.request("GET", "a"))).toBeInstanceOf(AuthenticationError);
  expect(server.requests.length).toBe(1);
});
