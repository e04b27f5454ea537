/// <reference path="./sax-module.d.ts" />
import type { XmlElement } from "./xml.ts";

/** Is told what an XML document is made of, as it arrives. */
export interface XmlEvents {
  open(element: XmlElement): void;
  close(): void;
  /** A piece of a text; a long one comes in many. */
  text(piece: string): void;
}

/** Reads an XML document a piece at a time. */
export interface XmlReader {
  /** Throws a `SyntaxError` for what is no XML, and what the events throw. */
  push(piece: Uint8Array): void;
  /** Throws a `SyntaxError` when the document is not at its end. */
  end(): void;
}

/** Makes a reader. The parser is loaded when the first one is made. */
export async function createXmlReader(events: XmlEvents): Promise<XmlReader> {
  const { default: sax } = await import("sax");
  // Without positions the parser has no limit on the length of an attribute, which may be a list of all accounts.
  const parser = sax.parser(true, { position: false });
  const decoder = new TextDecoder();
  let problem: SyntaxError | undefined;
  parser.onopentag = ({ name, attributes }) => events.open({ name, attributes });
  parser.onclosetag = () => events.close();
  parser.ontext = (text) => events.text(text);
  parser.oncdata = (text) => events.text(text);
  parser.onerror = ({ message }) => {
    problem ??= new SyntaxError(message.split("\n", 1).join(""));
    parser.resume();
  };
  const check = (): void => {
    if (problem !== undefined) throw problem;
  };
  return {
    push(piece) {
      parser.write(decoder.decode(piece, { stream: true }));
      check();
      parser.flush();
    },
    end() {
      parser.close();
      check();
    },
  };
}
