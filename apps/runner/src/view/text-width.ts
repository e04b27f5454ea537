/**
 * What a terminal gives two columns to: East Asian letters, and pictures. Where terminals differ, two, so that
 * a line never runs over.
 */
const wide =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\p{Script=Yi}\p{Script=Tangut}\p{Script=Nushu}\p{Script=Khitan_Small_Script}\p{Emoji_Presentation}\p{Regional_Indicator}\u{2329}\u{232A}\u{2E80}-\u{303E}\u{3040}-\u{A4CF}\u{A960}-\u{A97F}\u{FE10}-\u{FE19}\u{FE30}-\u{FE6F}\u{FF01}-\u{FF60}\u{FFE0}-\u{FFE6}\u{16FE0}-\u{1B2FF}\u{1D300}-\u{1D376}\u{1F000}-\u{1FAFF}\u{20000}-\u{3FFFD}]/u;

/** What takes no column of its own: marks on the character before, joiners. */
const mark = /[\p{Mn}\p{Me}[\p{Cf}&&\p{Default_Ignorable_Code_Point}]]/v;

/** Asks for the picture instead of the letter. */
const emojiSelector = "\uFE0F";

/**
 * Answers how many columns of a terminal a text takes, at most. The text must be free of control characters.
 *
 * @example
 * ```ts
 * widthOf("naïve 数据"); // 10
 * ```
 */
export function widthOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

function characterWidth(character: string): number {
  if (character >= " " && character <= "~") return 1;
  // A letter that becomes a picture takes one column more, and some terminals show where a word may be split.
  if (character === emojiSelector || character === "\u00AD") return 1;
  if (wide.test(character)) return 2;
  return mark.test(character) ? 0 : 1;
}

/** Cuts a text to a width; what was cut shows as `…`. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width <= 0) return "";
  let kept = "";
  let used = 1;
  for (const character of text) {
    used += characterWidth(character);
    if (used > width) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Fills a text up with spaces, on the right or on the left of it; a longer one stays as it is. */
export function pad(text: string, { width, right }: { width: number; right: boolean }): string {
  const spaces = " ".repeat(Math.max(0, width - widthOf(text)));
  return right ? `${spaces}${text}` : `${text}${spaces}`;
}
