import type { OutputReader } from "./response-reader.ts";
import type { XmlElement } from "./xml.ts";

/** An element with all that is in it. */
export interface XmlTree extends XmlElement {
  readonly children: readonly XmlTree[];
  readonly text: string;
}

/** An element that is a record. */
export interface FoundElement extends XmlTree {
  /** The elements around it, from the outermost on. */
  readonly ancestors: readonly XmlElement[];
  /** Counted from 1, in the order in which records end. */
  readonly position: number;
  /** The last element of each name that was closed before and is neither a record nor in one. */
  readonly before: ReadonlyMap<string, XmlElement>;
}

/** Which elements are records. */
export interface ElementChoice {
  isRecord(element: XmlElement, ancestors: readonly XmlElement[]): boolean;
  /** Elements in records that are left out, with all that is in them. @default none */
  readonly ignored?: ReadonlySet<string>;
}

interface Frame {
  readonly element: XmlElement;
  readonly children: XmlTree[];
  readonly kind: "record" | "detail" | "path";
  text: string;
}

/**
 * Makes a reader that hands on each record when it ends, with what is in it but for other records: those are
 * handed on by themselves, so that a tree of any size takes no more room than its depth.
 */
export function elementReader(choice: ElementChoice, put: (found: FoundElement) => void): OutputReader {
  const frames: Frame[] = [];
  const before = new Map<string, XmlElement>();
  let position = 0;
  return {
    open(element) {
      const ancestors = frames.map((frame) => frame.element);
      frames.push({ element, children: [], kind: kindOf(element, { choice, ancestors, frames }), text: "" });
    },
    close() {
      const frame = frames.pop();
      if (frame === undefined) return;
      const { element, children, kind, text } = frame;
      const tree = { ...element, children, text };
      if (kind === "path") before.set(element.name, element);
      else if (kind === "detail") frames.at(-1)?.children.push(tree);
      else {
        position += 1;
        put({ ...tree, ancestors: frames.map((each) => each.element), position, before });
      }
    },
    text(piece) {
      const frame = frames.at(-1);
      if (frame !== undefined && frame.kind !== "path") frame.text += piece;
    },
    end: () => undefined,
  };
}

function kindOf(
  element: XmlElement,
  facts: { choice: ElementChoice; ancestors: readonly XmlElement[]; frames: readonly Frame[] },
): Frame["kind"] {
  const { choice, ancestors, frames } = facts;
  if (choice.isRecord(element, ancestors)) return "record";
  const around = frames.at(-1)?.kind ?? "path";
  return around === "path" || choice.ignored?.has(element.name) === true ? "path" : "detail";
}

/** Chooses all elements of some names, wherever they are. */
export function named(...names: readonly string[]): ElementChoice {
  const wanted = new Set(names);
  return { isRecord: ({ name }) => wanted.has(name) };
}

/** Chooses whatever is directly in an element: the names of what is in it are not known for sure. */
export function inside(container: string): ElementChoice {
  return { isRecord: (_, ancestors) => ancestors.length === 1 && ancestors[0]?.name === container };
}
