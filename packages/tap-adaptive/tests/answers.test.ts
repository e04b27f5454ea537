import { AuthenticationError, exitCodeOf } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { called, credential, runTap, runWell, withAccount } from "./support/run-tap.ts";

const select = ["data.*"];
const config = { versions: ["FY25 Plan"] };
const header = "Account Name,Account Code,Level Code,Level Name,01/2026";
const csv = `<output><![CDATA[${header}\nA,a,l,L,1\nB,b,l,L,2\n]]></output>`;

/** Runs with an answer to the export of data that the stand-in would not give, some times or always. */
async function withAnswer(
  body: string,
  { times, test }: { times?: number; test: (run: Awaited<ReturnType<typeof runTap>>, calls: number) => void },
): Promise<void> {
  await withAccount({}, async (account) => {
    const nth = times === undefined ? {} : { nth: Array.from({ length: times }, (_, index) => index + 1) };
    account.faults.add({ path: "**/exportData/**", ...nth, fault: { kind: "status", status: 200, body } });
    const run = await runTap({ url: account.url, select, config });
    test(run, account.requests.length - 1);
  });
}

describe("an answer", () => {
  it.each([
    ["that says so at its beginning", `<response success="true">${csv}</response>`],
    ["that says so at its end", `<response>${csv}<status success="true" rowCountSent="2"/></response>`],
    ["without a count", `<response>${csv}<status success="true"/></response>`],
    [
      "with blanks around everything",
      `<?xml version="1.0" encoding="UTF-8"?>\n<response>\n  ${csv.replace("<output>", "<output>\n  ").replace("</output>", "\n  </output>")}\n <status success="true" rowCountSent="2"/>\n</response>\n`,
    ],
    [
      "as text with references",
      `<response success="true">${csv.replace(/<!\[CDATA\[|\]\]>/g, "")}</response>`,
    ],
    ["with CRLF", `<response success="true">${csv.replaceAll("\n", "\r\n")}</response>`],
    ["without a last line end", `<response success="true">${csv.replace("\n]]>", "]]>")}</response>`],
  ])("is a success %s", async (_name, body) => {
    await withAnswer(body, {
      test: ({ error, records }) => {
        expect(error).toBeUndefined();
        expect(records("data").map(({ account_code, value }) => [account_code, value])).toEqual([
          ["a", 1],
          ["b", 2],
        ]);
      },
    });
  });

  it.each([
    ["no output", '<response success="true"></response>'],
    ["an empty output", '<response success="true"><output></output></response>'],
    ["nothing but a header", `<response success="true"><output>${header}\n</output></response>`],
  ])("with %s stands for no records, and the version was exported", async (_name, body) => {
    await withAnswer(body, {
      test: ({ error, records, states }) => {
        expect(error).toBeUndefined();
        expect(records("data")).toEqual([]);
        expect(states.at(-1)).toMatchObject({ bookmarks: { data: { processed: { 45: { rows: 0 } } } } });
      },
    });
  });

  it.concurrent.each([
    ["has fewer rows than were sent", `<response>${csv}<status success="true" rowCountSent="3"/></response>`],
    ["has more rows than were sent", `<response>${csv}<status success="true" rowCountSent="1"/></response>`],
    ["has no status", `<response>${csv}</response>`],
    ["has no end", `<response success="true">${csv}`],
    ["ends within its data", `<response success="true">${csv.slice(0, -20)}`],
    ["has a row that is too short", `<response success="true">${csv.replace(",l,L,2", ",l")}</response>`],
    ["is a page of a proxy", "<html><body>Please wait</body></html>"],
    ["is no XML", "Please wait & see"],
    ["is empty", ""],
  ])("that %s is asked for again; nothing of it is emitted", async (_name, body) => {
    await withAnswer(body, {
      times: 1,
      test: ({ error, records, said }, calls) => {
        expect(error).toBeUndefined();
        expect(said("warn")).toContain('data: exportData of "FY25 Plan" got an answer that is not whole: ');
        expect(calls).toBe(2);
        expect(records("data").every(({ account_code }) => String(account_code).startsWith("Model"))).toBe(
          true,
        );
        expect(records("data").length).toBe(24);
      },
    });
  });

  it("that is never whole fails, as something that may pass", async () => {
    await withAnswer(`<response>${csv}<status success="true" rowCountSent="9"/></response>`, {
      test: ({ error, records, said }) => {
        expect(records("data")).toEqual([]);
        expect(exitCodeOf(error)).toBe(75);
        expect(said("error")).toContain("2 rows came, of 9 that were sent");
      },
    });
  });

  it("with a message is a success, and the message is told once", async () => {
    await withAccount({ warns: true }, async (account) => {
      const run = await runWell({ url: account.url, select, config });
      expect(run.said("warn").split("\n")).toEqual([
        "data: exportVersions: some-warning-key: Mind the gap",
        'data: exportData of "FY25 Plan": some-warning-key: Mind the gap',
      ]);
    });
  });

  it("without the columns of a key fails", async () => {
    await withAnswer('<response success="true"><output>Account Name,01/2026\nA,1\n</output></response>', {
      test: ({ said }) =>
        expect(said("error")).toContain("the answer has no columns for account_code and level_name"),
    });
  });
});

describe("an answer that says at its end that it is none", () => {
  it("is refused; nothing of it is emitted", async () => {
    const messages = '<messages><message key="error-late" type="ERROR">Too much</message></messages>';
    await withAnswer(`<response>${messages}${csv}<status success="false"/></response>`, {
      test: ({ error, records, said }, calls) => {
        expect(exitCodeOf(error)).toBe(70);
        expect(records("data")).toEqual([]);
        expect(said("error")).toContain("was refused: error-late: Too much.");
        expect(calls).toBe(1);
      },
    });
  });
});

describe("the answer of a list", () => {
  it.each(["truncated", "cut", "invalid-json"] as const)(
    "that breaks off (%s) is asked for again, and each record comes once",
    async (kind) => {
      await withAccount({ size: { users: 30 } }, async (account) => {
        account.faults.add({ path: "**/exportUsers", nth: [1, 2], fault: { kind } });
        const run = await runWell({ url: account.url, select: ["users.*"] });
        expect(run.records("users").map(({ id }) => id)).toEqual(
          Array.from({ length: 30 }, (_, index) => 123 + index),
        );
        expect(account.requests.length).toBe(3);
      });
    },
  );

  it("that always breaks off fails, as something that may pass", async () => {
    await withAccount({}, async (account) => {
      account.faults.add({ path: "**/exportUsers", fault: { kind: "cut" } });
      const run = await runTap({ url: account.url, select: ["users.*", "groups.*"] });
      expect(exitCodeOf(run.error)).toBe(75);
      expect(run.records("users")).toEqual([]);
      expect(run.records("groups").length).toBe(1);
      expect(account.calls.filter(({ method }) => method === "exportUsers").length).toBe(3);
    });
  });
});

describe("refused credentials", () => {
  it.each([
    ["a wrong password", { password: "another & <secret>" }],
    ["a wrong instance", { instance_code: "OTHER" }],
    ["a wrong token", { username: "", password: "", token: "another-token" }],
  ])("end the run at once: %s", async (_name, more) => {
    await withAccount({}, async (account) => {
      const run = await runTap({ url: account.url, select: ["groups.*", "users.*", "data.*"], config: more });
      expect(run.error).toBeInstanceOf(AuthenticationError);
      expect(account.requests.length).toBe(1);
      const everything = JSON.stringify([run.logs, run.messages, String(run.error)]);
      for (const secret of ["another", "sandbox & ", "sandbox &amp;"])
        expect(everything).not.toContain(secret);
    });
  });

  it.each([403, 401])("with status %i end the run at once", async (status) => {
    await withAccount({}, async (account) => {
      account.faults.add({ path: "/**", fault: { kind: "status", status } });
      const run = await runTap({ url: account.url, select: ["groups.*", "users.*"] });
      expect(run.error).toBeInstanceOf(AuthenticationError);
      expect(account.requests.length).toBe(1);
    });
  });

  it("are kept out of what the API says back", async () => {
    const echoed =
      '&lt;credentials password="sandbox &amp;amp; &amp;lt;pass&amp;gt; &amp;quot;word&amp;quot;" /&gt;';
    const body = `<response success="false"><messages><message key="error-x">Wrong: ${echoed} or sandbox &amp;amp; &amp;lt;pass&amp;gt; &amp;quot;word&amp;quot; or ${credential.password.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</message></messages></response>`;
    await withAnswer(body, {
      test: ({ said, logs, error }) => {
        expect(said("error")).toContain("was refused: error-x: Wrong:");
        const everything = JSON.stringify([logs, String(error)]);
        for (const secret of ["pass>", "pass&", "word&", 'word\\\\"'])
          expect(everything).not.toContain(secret);
      },
    });
  });

  it.each([
    [{ username: "", password: "" }, '"username" and "password" are missing'],
    [{ token: "sandbox-token" }, '"token" and "password" are both set'],
  ])("are looked for before the first request: %o", async (more, said) => {
    await withAccount({}, async (account) => {
      const run = await runTap({ url: account.url, config: more });
      expect(exitCodeOf(run.error)).toBe(78);
      expect(String(run.error)).toContain(said);
      expect(account.requests).toEqual([]);
    });
  });

  it("may be a token, with an instance", async () => {
    await withAccount({}, async (account) => {
      const more = { username: "", password: "", token: "sandbox-token", instance_code: "EXAMPLE1" };
      const run = await runWell({ url: account.url, select: ["groups.*"], config: more });
      expect(run.records("groups").length).toBe(1);
    });
  });
});

it("refuses a name that XML cannot hold before it asks", async () => {
  await withAccount({}, async (account) => {
    const run = await runTap({ url: account.url, select, config: { account_codes: ["a\u0000b"] } });
    expect(exitCodeOf(run.error)).toBe(78);
    expect(called(account)).toEqual(["exportVersions"]);
  });
});
