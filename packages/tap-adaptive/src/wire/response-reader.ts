import type { VendorMessage } from "./failures.ts";
import type { XmlElement } from "./xml.ts";
import type { XmlEvents } from "./xml-reader.ts";

/** Is told what is in the output of a method. */
export interface OutputReader extends XmlEvents {
  /** Called after the output. Answers how many rows it had, where rows are counted. */
  end(): number | undefined;
}

/** What an answer says of itself. */
export type Verdict =
  | { readonly kind: "success"; readonly rowCountSent: number | undefined }
  | { readonly kind: "refused" }
  /** Neither success nor failure: something is missing at its end. */
  | { readonly kind: "unfinished" };

const maxMessages = 50;
const maxMessageLength = 1000;

/** Reads the envelope of an answer, and hands its output on. */
export class ResponseReader implements XmlEvents {
  readonly #output: OutputReader;
  readonly #path: string[] = [];
  readonly #messages: { key: string; text: string }[] = [];
  #success: string | undefined;
  #status: Readonly<Record<string, string>> | undefined;

  constructor(output: OutputReader) {
    this.#output = output;
  }

  get messages(): readonly VendorMessage[] {
    return this.#messages;
  }

  /** Throws a `SyntaxError` when the document is no answer of the API. */
  open(element: XmlElement): void {
    const depth = this.#path.push(element.name);
    if (depth > 2 && this.#path[1] === "output") this.#output.open(element);
    else this.#openEnvelope(element, depth);
  }

  close(): void {
    const isInOutput = this.#path.length > 2 && this.#path[1] === "output";
    this.#path.pop();
    if (isInOutput) this.#output.close();
  }

  text(piece: string): void {
    if (this.#path[1] === "output") this.#output.text(piece);
    const message = this.#path[2] === "message" ? this.#messages.at(-1) : undefined;
    if (message !== undefined) message.text = `${message.text}${piece}`.slice(0, maxMessageLength);
  }

  verdict(): Verdict {
    const success = this.#success ?? this.#status?.["success"];
    if (success === "true") return { kind: "success", rowCountSent: this.#rowCountSent() };
    return { kind: success === undefined && this.#messages.length === 0 ? "unfinished" : "refused" };
  }

  #rowCountSent(): number | undefined {
    const text = this.#status?.["rowCountSent"];
    return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
  }

  #openEnvelope({ name, attributes }: XmlElement, depth: number): void {
    if (depth === 1) {
      if (name !== "response") throw new SyntaxError(`a document <${name}> in place of a <response>`);
      this.#success = attributes["success"];
    } else if (depth === 2 && name === "status") this.#status = attributes;
    else if (depth === 3 && name === "message" && this.#messages.length < maxMessages) {
      this.#messages.push({ key: attributes["key"] ?? "", text: "" });
    }
  }
}
