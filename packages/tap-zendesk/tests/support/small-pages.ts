import { type ScriptedServer, startScript } from "@chorale/sandbox";

/** How many rows a page has. */
export const pageRows = 5;

/**
 * Starts a gateway that asks the stand-in for pages of a few rows, so that little data has many pages. Its
 * answers name the stand-in in their links: who follows them leaves the gateway.
 */
export async function startSmallPages(url: string): Promise<ScriptedServer> {
  return startScript(
    async ({ path, query, search, headers }) => {
      const target = new URL(`${path}${search}`, url);
      if (query["page[size]"] !== undefined) target.searchParams.set("page[size]", String(pageRows));
      if (path.includes("/incremental/")) target.searchParams.set("per_page", String(pageRows));
      const { authorization = "" } = headers;
      const response = await fetch(target, { headers: { authorization } });
      const kept = ["content-type", "retry-after"].flatMap((name) => {
        const value = response.headers.get(name);
        return value === null ? [] : [[name, value]];
      });
      return { status: response.status, headers: Object.fromEntries(kept), body: await response.text() };
    },
    { prefix: "/api/v2/" },
  );
}
