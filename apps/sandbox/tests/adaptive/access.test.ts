import { describe, expect, it } from "vitest";
import { call, credentials, now, post, withAdaptive } from "./adaptive-client.ts";

const declaration = '<?xml version="1.0" encoding="UTF-8"?>';
const failure = (login: string): string =>
  `${declaration}\n<response success="false"><messages><message key="error-authentication-failure">Authentication failed for User: ${login}</message></messages></response>`;

function versionsWith(element: string): string {
  return `${declaration}<call method="exportVersions" callerName="test">${element}</call>`;
}

describe("credentials", () => {
  it.each([
    { name: "the right ones", element: credentials },
    { name: "an instance of the user's", element: credentials.replace("/>", ' instanceCode="EXAMPLE1"/>') },
    { name: "a token", element: '<credentials token="sandbox-token"/>' },
  ])("$name are taken", async ({ element }) => {
    await withAdaptive({}, async (adaptive) => {
      expect(await post(adaptive, versionsWith(element))).toContain(
        '<response success="true"><output><versions',
      );
      expect(JSON.stringify(adaptive.calls)).not.toContain("credentials");
    });
  });

  it.each([
    { name: "a wrong password", element: '<credentials login="a@b.test" password="x"/>', login: "a@b.test" },
    { name: "none", element: "", login: "" },
    { name: "a wrong token", element: '<credentials token="x"/>', login: "" },
    {
      name: "another instance",
      element: credentials.replace("/>", ' instanceCode="OTHER"/>'),
      login: "svc.finance@example.test",
    },
  ])("$name are refused with status 200", async ({ element, login }) => {
    await withAdaptive({}, async (adaptive) => {
      expect(await post(adaptive, versionsWith(element))).toBe(failure(login));
    });
  });
});

describe("requests that mean nothing", () => {
  it.each([
    ["another path", "", { path: "/api/40" }, "404 Not found"],
    ["a version that is not kept any more", "", { path: "/api/v3" }, "404 Not found"],
    ["JSON", "{}", { type: "application/json" }, "415 Unsupported media type"],
    ["no XML", "call", {}, "The XML declaration is missing"],
    [
      "a bare ampersand",
      versionsWith('<credentials login="a&b"/>'),
      {},
      "The reference to an entity is not known",
    ],
    ["an open element", `${declaration}<call method="exportVersions">`, {}, "An element was expected"],
    [
      "an unknown method",
      versionsWith(credentials).replace("Versions", "All"),
      {},
      "Invalid method: exportAll",
    ],
    ["no callerName", versionsWith(credentials).replace('"test"', '""'), {}, "callerName is required."],
    [
      "an unknown element",
      versionsWith(`${credentials}<x/>`),
      {},
      "Element 'x' is not allowed in element 'call'.",
    ],
    [
      "an unknown attribute",
      versionsWith(`${credentials}<include all="1"/>`),
      {},
      "Attribute 'all' is not allowed to appear in element 'include'.",
    ],
  ])("%s is refused", async (_name, body, options, said) => {
    await withAdaptive({}, async (adaptive) => expect(await post(adaptive, body, options)).toContain(said));
  });

  it("is refused by GET", async () => {
    await withAdaptive({}, async ({ url }) => expect((await fetch(`${url}/api/v40`)).status).toBe(405));
  });

  it.each([
    ["stream", 29, { attributes: ' stream="true"' }, "call@stream is not known in v29."],
    [
      "codes",
      29,
      { inner: '<format includeCodes="true"/>' },
      "call/format@includeCodes is not known in v29.",
    ],
    ["a stratum", 23, { inner: '<filters><timeSpan stratum="month"/></filters>' }, "is not known in v23."],
    ["rollups of old", 40, { inner: '<rules includeRollups="true"/>' }, "is not known in v40."],
    ["rollups of today", 24, { inner: '<rules includeRollupLevels="true"/>' }, "is not known in v24."],
  ])("%s in version %i", async (_name, version, options, said) => {
    await withAdaptive({}, async (adaptive) => {
      expect(await call(adaptive, "exportData", { version, ...options })).toContain(said);
    });
  });
});

describe("what an account may lack", () => {
  it("refuses denied methods, and leaves the output of empty ones empty", async () => {
    await withAdaptive({ denied: ["exportUsers"], empty: ["exportGroups"] }, async (adaptive) => {
      expect(await call(adaptive, "exportUsers")).toContain('<message key="error-permission">');
      expect(await call(adaptive, "exportGroups")).toBe(
        `${declaration}\n<response success="true"><output></output></response>`,
      );
    });
  });

  it("has dimension mappings with sales planning only", async () => {
    await withAdaptive({ salesPlanning: false }, async (adaptive) => {
      expect(await call(adaptive, "exportDimensionMapping")).toContain("Sales planning is not enabled.");
    });
    await withAdaptive({}, async (adaptive) => {
      expect(await call(adaptive, "exportDimensionMapping")).toContain('<mapTo dimensionValueId="900"/>');
    });
  });

  it("may warn", async () => {
    await withAdaptive({ warns: true }, async (adaptive) => {
      expect(await call(adaptive, "exportGroups")).toContain(
        '<messages><message key="some-warning-key" type="WARN">Mind the gap</message></messages>',
      );
    });
  });
});

describe("faults", () => {
  it("befall a method, or a version", async () => {
    await withAdaptive({}, async (adaptive) => {
      adaptive.faults.add({ path: "**/exportUsers", nth: 1, fault: { kind: "status", status: 503 } });
      adaptive.faults.add({
        path: "**/exportData/FY25*",
        fault: { kind: "status", status: 200, body: "<x/>" },
      });
      expect(await call(adaptive, "exportUsers")).toBe("503 Status 503 on demand");
      expect(await call(adaptive, "exportUsers")).toContain("<users");
      expect(await call(adaptive, "exportData", { inner: '<version name="FY25 Plan"/>' })).toBe("<x/>");
      expect(adaptive.requests.map(({ status }) => status)).toEqual([503, 200, 200]);
    });
  });
});

describe("the audit", () => {
  it("is that of the last day, or of a window; older events than 30 days are gone", async () => {
    await withAdaptive({ size: { auditEvents: 300 } }, async (adaptive) => {
      const moments = async (inner: string): Promise<readonly string[]> => {
        const text = await call(adaptive, "exportSecurityAudit", { inner });
        return [...text.matchAll(/timestamp="([^"]*)"/g)].map(([, moment = ""]) => moment);
      };
      expect((await moments("")).length).toBe(8);
      const window = await moments(
        '<include dateTimeFrom="2026-03-19 08:50:00" dateTimeTo="2026-03-19 11:50:00"/>',
      );
      expect(window).toEqual(["2026-03-19 08:50:00", "2026-03-19 11:50:00"]);
      const all = await moments('<include dateTimeFrom="2020-01-01 00:00:00"/>');
      expect(all.length).toBe(240);
      expect(Date.parse(`${all[0]?.replace(" ", "T")}Z`)).toBeGreaterThanOrEqual(now - 30 * 86_400_000);
      expect(
        await call(adaptive, "exportSecurityAudit", { inner: '<include dateTimeFrom="soon"/>' }),
      ).toContain("Invalid date: soon");
    });
  });
});
