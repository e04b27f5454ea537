/** What a terminal of some height shows after what was written to it, with all that scrolled out above. */
export function screenAfter(writes: readonly string[], { rows }: { rows: number }): readonly string[] {
  const lines = [""];
  let row = 0;
  const top = () => Math.max(0, lines.length - rows);
  const visible = writes.join("").replaceAll("\u001b", "␛");
  for (const [piece = ""] of visible.matchAll(/␛\[[?\d]*[A-Za-z]|\n|[^␛\n]+|␛/g)) {
    const up = /^␛\[(\d+)F$/.exec(piece);
    if (up !== null) row = Math.max(top(), row - Number(up[1]));
    else if (piece === "␛[J") lines.splice(row, lines.length, "");
    else if (piece === "\n") {
      row += 1;
      if (row === lines.length) lines.push("");
    } else if (!piece.startsWith("␛")) lines[row] = piece;
    else if (!/^␛\[(?:K|\?25[lh])$/.test(piece)) throw new Error(`no such command: ${piece}`);
  }
  return lines;
}
