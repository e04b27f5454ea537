import type { FrameLine } from "./frame.ts";

const up = (lines: number) => (lines === 0 ? "" : `\u001b[${lines}F`);
const clearLine = "\u001b[K";
const clearBelow = "\u001b[J";
const reset = "\u001b[0m";
const styles: Readonly<Record<FrameLine["style"], string>> = {
  title: "\u001b[1m",
  head: "\u001b[2m",
  row: "",
};

/**
 * The block at the end of a terminal that is drawn again and again in its place. Between two drawings the
 * terminal is as any program expects it, so that nothing has to be put right after a kill.
 */
export class LiveScreen {
  readonly #write: (text: string) => void;
  readonly #hasColour: boolean;
  #lines = 0;

  constructor({ write, hasColour }: { write: (text: string) => void; hasColour: boolean }) {
    this.#write = write;
    this.#hasColour = hasColour;
  }

  /** Draws the lines over those that were drawn last, in one write and with the cursor out of sight. */
  draw(lines: readonly FrameLine[]): void {
    const texts = lines.map((line) => `${this.#styled(line)}${clearLine}\n`);
    this.#write(`\u001b[?25l${up(this.#lines)}${texts.join("")}${clearBelow}\u001b[?25h`);
    this.#lines = lines.length;
  }

  /** Takes the lines away, so that something can be printed where they were. */
  clear(): void {
    if (this.#lines > 0) this.#write(`${up(this.#lines)}${clearBelow}`);
    this.#lines = 0;
  }

  #styled({ text, style }: FrameLine): string {
    const code = styles[style];
    return this.#hasColour && code !== "" ? `${code}${text}${reset}` : text;
  }
}
