import { expect, it } from "vitest";
import { runSandbox } from "../../src/command.ts";
import { xactlyCommand } from "../../src/xactly/command.ts";
import { tokenQuery, user } from "./gateway-client.ts";

it("starts a stand-in that gives out tokens", async () => {
  const standIn = await xactlyCommand.start([
    "--rows",
    "3",
    "--token-lifetime-ms",
    "60000",
    "--missing-table",
    "xc_user",
  ]);
  try {
    const response = await fetch(`${standIn.announcement["url"]}/api/oauth2/token?${tokenQuery}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(user),
    });
    expect(await response.json()).toEqual({ access_token: "sandbox-xactly-token-1" });
  } finally {
    await standIn.close();
  }
});

it.each([
  [["--rows", "many"], "--rows: many is no whole number."],
  [["--unknown"], "--unknown"],
])("answers the arguments %j with 64", async (args, message) => {
  let written = "";
  const put = { write: (text: string) => (written += text) };
  const streams = { stdout: put, stderr: put, signal: AbortSignal.abort() };
  expect(await runSandbox(["xactly", ...args], streams)).toBe(64);
  expect(written).toContain(message);
});
