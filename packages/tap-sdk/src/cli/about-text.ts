import { type AboutFormat, markdownCode, markdownTable, renderAbout } from "@chorale/singer/cli";
import type { About, AboutStream } from "../about.ts";

/** Writes what a tap is for a person, for a program, or for its README: the two tables alone. */
export function renderTap(about: About, format: AboutFormat): string {
  const { streams } = about;
  return renderAbout(about, format, {
    text: ["", `Streams, of the namespace ${about.namespace}:`, ...streams.map(streamText)],
    markdown: [
      markdownTable("Streams", [["Stream", "Replication", "Keys", "Parent"], ...streams.map(streamRow)]),
    ],
  });
}

function streamRow(stream: AboutStream): readonly string[] {
  return [
    markdownCode(stream.name),
    replicationOf(stream, markdownCode),
    stream.key_properties.map(markdownCode).join(", "),
    stream.parent === null ? "" : markdownCode(stream.parent),
  ];
}

function streamText(stream: AboutStream): string {
  const keys = stream.key_properties.length === 0 ? "no keys" : `keys ${stream.key_properties.join(", ")}`;
  const parent = stream.parent === null ? "" : `, for each of ${stream.parent}`;
  return `  ${stream.name}: ${replicationOf(stream, (key) => key)}, ${keys}${parent}`;
}

function replicationOf(
  { replication_method: method, replication_key: key }: AboutStream,
  spelled: (key: string) => string,
): string {
  return key === null ? method : `${method} by ${spelled(key)}`;
}
