import { describe, expect, it } from "vitest";
import { UsageError } from "../../src/command-arguments.ts";
import { zendeskCommand } from "../../src/zendesk/command.ts";

async function asked(args: readonly string[], paths: readonly string[]): Promise<Response[]> {
  const standIn = await zendeskCommand.start(args);
  const headers = { authorization: "Bearer sandbox-access-token" };
  try {
    const responses = [];
    for (const path of paths) {
      responses.push(await fetch(`${standIn.announcement["url"] ?? ""}/api/v2/${path}`, { headers }));
    }
    return responses;
  } finally {
    await standIn.close();
  }
}

describe("the command's arguments", () => {
  it("name a plan and what it lacks, and shorten the window", async () => {
    const args = ["--plan", "growth", "--without", "talk,slas", "--rate-limit-window-ms", "1000"];
    const paths = ["groups", "channels/voice/lines", "slas/policies", "ticket_forms", "audit_logs"];
    const answers = await asked(args, paths);
    expect(answers.map(({ status }) => status)).toEqual([200, 403, 403, 200, 403]);
    const [groups] = answers;
    expect(groups?.headers.get("x-rate-limit")).toBe("400");
    expect(groups?.headers.get("ratelimit-reset")).toBe("1");
  });

  it("multiply the plan's limit", async () => {
    const [groups] = await asked(["--plan", "team", "--rate-limit-factor", "3"], ["groups"]);
    expect(groups?.headers.get("x-rate-limit")).toBe("600");
  });

  it.each([
    [["--plan", "gold"], "--plan: there is no gold. Name one of team, growth"],
    [["--without", "talk,coffee"], "--without: there is no coffee. Name some of ticket_forms"],
    [["--rate-limit-window-ms", "soon"], "--rate-limit-window-ms: soon is no whole number."],
  ])("are refused: %j", async (args, message) => {
    const failed = await zendeskCommand.start(args).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(UsageError);
    expect(String(failed)).toContain(message);
  });
});
