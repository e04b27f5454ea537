import { ApiError } from "@chorale/singer";
import type { DiscoverContext, SearchParams, StreamFinding } from "@chorale/tap-sdk";
import { accountBucket } from "./rate-headers.ts";
import type { Settings } from "./settings.ts";

/**
 * Asks for one row of what some plans and roles do not have. 403 and 404 say so, in their own words; every other
 * refusal is an error.
 */
export async function findAvailability(
  { http }: Pick<DiscoverContext<Settings>, "http">,
  { path, searchParams }: { path: string; searchParams: SearchParams },
): Promise<StreamFinding> {
  try {
    await http.request("GET", path, { searchParams, bucket: accountBucket });
    return {};
  } catch (error) {
    if (!ApiError.isInstance(error) || (error.status !== 403 && error.status !== 404)) throw error;
    return { unavailable: reasonOf(error) };
  }
}

function reasonOf({ status, bodyExcerpt = "" }: ApiError): string {
  const said = saidIn(bodyExcerpt);
  if (said.includes("required scopes")) return `the access token may not read it (403): ${said}`;
  const what =
    status === 403 ? "the account's plan or the user's role does not have it" : "it is not switched on";
  return `${what} (${status})${said === "" ? "" : `: ${said}`}`;
}

/** What an error's body says for people, in any of Zendesk's forms. */
function saidIn(text: string): string {
  const [, said] =
    /"(?:description|message)"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(text) ??
    /"error"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(text) ??
    [];
  if (said !== undefined) return said;
  return text.startsWith("<") || text.startsWith("{") ? "" : text;
}
