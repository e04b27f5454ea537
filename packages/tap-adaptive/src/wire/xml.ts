import { ConfigError } from "@chorale/singer";

/** An element with its attributes, as a request says it and as an answer begins it. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** An element of a request. */
export interface RequestElement extends XmlElement {
  readonly children: readonly RequestElement[];
}

/** The values of attributes; undefined ones are left out. */
export type AttributeValues = Readonly<Record<string, string | number | boolean | undefined>>;

/** Makes an element of a request. */
export function element(
  name: string,
  values: AttributeValues = {},
  children: readonly RequestElement[] = [],
): RequestElement {
  const given = Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, String(value)] as const],
  );
  return { name, attributes: Object.fromEntries(given), children };
}

/** Writes a request. Throws `ConfigError` for a character that XML cannot hold. */
export function requestText(root: RequestElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${elementText(root)}`;
}

function elementText({ name, attributes, children }: RequestElement): string {
  const pairs = Object.entries(attributes).map(([key, value]) => ` ${key}="${attributeText(key, value)}"`);
  const start = `<${name}${pairs.join("")}`;
  return children.length === 0 ? `${start}/>` : `${start}>${children.map(elementText).join("")}</${name}>`;
}

const impossible = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;
const references: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};

function attributeText(key: string, value: string): string {
  if (impossible.test(value)) {
    throw new ConfigError(
      `config: what goes into "${key}" holds a character that XML cannot. Take the character out.`,
    );
  }
  return escapeXml(value);
}

/** Answers a text as it stands in XML. */
export function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"'\t\n\r]/g, (character) => references[character] ?? character);
}
