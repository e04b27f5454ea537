/** What is used of sax, which brings no types. */
declare module "sax" {
  export interface SaxTag {
    readonly name: string;
    readonly attributes: Readonly<Record<string, string>>;
  }

  export interface SaxParser {
    onopentag: (tag: SaxTag) => void;
    onclosetag: (name: string) => void;
    ontext: (text: string) => void;
    oncdata: (text: string) => void;
    onerror: (error: Error) => void;
    write(text: string): void;
    /** Hands on what there is of a text so far. */
    flush(): void;
    /** Clears the error, so that the parser may be written to. */
    resume(): void;
    close(): void;
  }

  const sax: {
    parser(strict: boolean, options: { readonly position: boolean }): SaxParser;
  };
  export default sax;
}
