/** An element of a request or an answer. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
}

/** A request that is no well-formed XML. */
export class XmlProblem extends Error {
  override readonly name = "XmlProblem";
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const tagStart = /<(\/?)([A-Za-z_][\w.-]*)/y;
const attribute = /\s+([A-Za-z_][\w.:-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
const tagEnd = /\s*(\/?)>/y;
const between = /(?:\s|<!--(?:(?!--)[\s\S])*-->)*/y;

function decoded(text: string): string {
  return text.replaceAll(/&([^;&]*);?/gu, (all, name: string) => {
    const number = /^#(?:x([\da-f]+)|(\d+))$/iu.exec(name);
    if (all.endsWith(";") && number !== null) {
      return String.fromCodePoint(
        number[1] === undefined ? Number(number[2]) : Number.parseInt(number[1], 16),
      );
    }
    const known = all.endsWith(";") && Object.hasOwn(entities, name) ? entities[name] : undefined;
    if (known === undefined) throw new XmlProblem("The reference to an entity is not known");
    return known;
  });
}

/** A reader of the elements and attributes that requests are made of; text between them is refused. */
class RequestReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): XmlElement {
    this.#take(/<\?xml version="1\.0" encoding="UTF-8"\?>/y, "The XML declaration is missing");
    this.#skip();
    const root = this.#element();
    this.#skip();
    if (this.#at !== this.#text.length) throw new XmlProblem("There is something after the root element");
    return root;
  }

  #skip(): void {
    this.#take(between, "");
  }

  #take(pattern: RegExp, problem: string): RegExpExecArray {
    const found = this.#find(pattern);
    if (found === undefined) throw new XmlProblem(problem);
    return found;
  }

  #find(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found !== null) this.#at = pattern.lastIndex;
    return found ?? undefined;
  }

  #element(): XmlElement {
    const [, slash, name = ""] = this.#take(tagStart, "An element was expected");
    if (slash === "/") throw new XmlProblem("An end tag has no start");
    const attributes = this.#attributes();
    const [, isEmpty] = this.#take(tagEnd, `The tag ${name} is not well-formed`);
    return { name, attributes, children: isEmpty === "/" ? [] : this.#children(name) };
  }

  #attributes(): Record<string, string> {
    const attributes: Record<string, string> = {};
    for (let found = this.#find(attribute); found !== undefined; found = this.#find(attribute)) {
      const [, name = "", double, single = ""] = found;
      if (Object.hasOwn(attributes, name)) throw new XmlProblem(`The attribute ${name} comes twice`);
      attributes[name] = decoded(double ?? single);
    }
    return attributes;
  }

  #children(parent: string): readonly XmlElement[] {
    const children: XmlElement[] = [];
    for (;;) {
      this.#skip();
      const end = this.#text.startsWith("</", this.#at) ? this.#find(tagStart) : undefined;
      if (end === undefined) {
        children.push(this.#element());
        continue;
      }
      if (end[2] !== parent) throw new XmlProblem(`The end tag of ${parent} is missing`);
      this.#take(/\s*>/y, "An end tag is not well-formed");
      return children;
    }
  }
}

/** Reads a request. Throws an {@link XmlProblem} for what is not well-formed. */
export function parseRequest(text: string): XmlElement {
  return new RequestReader(text).read();
}

/** What stands between a tag's name and its end; undefined attributes are left out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\n", "&#10;");
}

/** Writes an element; `content` is XML already. */
export function tag(name: string, attributes: Attributes, content: readonly string[] = []): string {
  const pairs = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${escaped(String(value))}"`],
  );
  const start = `<${name}${pairs.join("")}`;
  return content.length === 0 ? `${start}/>` : `${start}>${content.join("")}</${name}>`;
}

/** Writes an element around a text. */
export function textTag(name: string, attributes: Attributes, text: string): string {
  return tag(name, attributes, [escaped(text)]);
}

/** Writes a text as it is; an end of the section within it is written as two sections. */
export function cdata(text: string): string {
  return `<![CDATA[${text.replaceAll("]]>", "]]]]><![CDATA[>")}]]>`;
}
