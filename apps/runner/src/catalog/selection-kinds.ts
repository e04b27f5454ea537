import { isObject } from "@chorale/singer";
import {
  factsOf,
  isRawMetadata,
  metadataOf,
  type RawCatalog,
  type RawObject,
  streamIdOf,
} from "./raw-catalog.ts";

/** How a stream or a property stands, in the words that `chorale select` prints. */
export type SelectionKind = "selected" | "excluded" | "automatic" | "unsupported";

/** A property with how it stands. */
export interface ListedProperty {
  readonly stream: string;
  /** With dots between the levels. */
  readonly property: string;
  readonly selection: SelectionKind;
}

/** Answers the streams that a tap reads when it is given the catalog, by `tap_stream_id`, in its order. */
export function selectedStreams(catalog: RawCatalog): readonly string[] {
  return catalog.streams.flatMap((stream) => {
    const id = streamIdOf(stream);
    return id !== undefined && isObject(stream) && isRead(stream) ? [id] : [];
  });
}

function isRead(stream: RawObject): boolean {
  const facts = rootFacts(stream);
  const selected = facts["selected"] ?? stream["selected"];
  if (facts["inclusion"] === "unsupported" || typeof selected === "boolean") return selected === true;
  return (
    kindOf(facts) !== "excluded" || (isObject(stream["schema"]) && stream["schema"]["selected"] === true)
  );
}

function rootFacts(stream: RawObject): RawObject {
  const root = metadataOf(stream).find((entry) => isRawMetadata(entry) && entry.breadcrumb.length === 0);
  return isRawMetadata(root) ? factsOf(root) : {};
}

/** Lists every property that the catalog has metadata of, sorted, as it stands together with its stream. */
export function listProperties(catalog: RawCatalog): readonly ListedProperty[] {
  const listed = catalog.streams.flatMap((stream): readonly ListedProperty[] => {
    const id = streamIdOf(stream);
    if (id === undefined || !isObject(stream)) return [];
    const ofStream = kindOf(rootFacts(stream));
    return metadataOf(stream)
      .filter(isRawMetadata)
      .filter(({ breadcrumb }) => breadcrumb.length > 0)
      .map((entry) => ({
        stream: id,
        property: entry.breadcrumb.filter((_name, index) => index % 2 === 1).join("."),
        selection: together(ofStream, kindOf(factsOf(entry))),
      }));
  });
  return listed.sort(
    (left, right) => compare(left.stream, right.stream) || compare(left.property, right.property),
  );
}

function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function kindOf(facts: RawObject): SelectionKind {
  if (facts["inclusion"] === "automatic" || facts["inclusion"] === "unsupported") return facts["inclusion"];
  const selected = facts["selected"];
  const isSelected =
    selected === true || ((selected ?? null) === null && facts["selected-by-default"] === true);
  return isSelected ? "selected" : "excluded";
}

/** The first of these that either is. */
const strongestFirst = ["excluded", "automatic", "unsupported"] as const;

function together(left: SelectionKind, right: SelectionKind): SelectionKind {
  return strongestFirst.find((kind) => kind === left || kind === right) ?? "selected";
}
