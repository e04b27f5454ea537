import { AuthenticationError, isObject } from "@chorale/singer";
import { defineTap } from "@chorale/tap-sdk";
import { thoughtIndustries } from "./client.ts";
import { eventStreams } from "./streams/event-streams.ts";
import { listStreams, resumedListStreams } from "./streams/list-streams.ts";

/**
 * The tap for Thought Industries.
 *
 * @example
 * ```ts
 * for await (const message of tapThoughtIndustries.sync({ config })) console.log(message);
 * ```
 */
export const tapThoughtIndustries = defineTap({
  name: "tap-thought-industries",
  package: new URL("../package.json", import.meta.url),
  description: "Extracts learning events, users and content from Thought Industries",
  config: thoughtIndustries.config,
  streams: [...eventStreams, ...listStreams],
  streamsFor: ({ resume_cursor }, streams) => {
    if (!resume_cursor) return streams;
    const resumed = new Map(resumedListStreams.map((stream) => [stream.name, stream]));
    return streams.map((stream) => resumed.get(stream.name) ?? stream);
  },
  check: async ({ http }) => {
    const { body } = await http.request("GET", "ping");
    if (isObject(body) && body["valid"] === true) return;
    throw new AuthenticationError("ping: the portal does not take the API key. Check base_url and api_key.");
  },
});
