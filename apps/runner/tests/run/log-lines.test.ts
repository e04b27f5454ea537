import { createRedactor } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { LogLines } from "../../src/run/log-lines.ts";

function lab(secrets: readonly string[] = []) {
  const shown: string[] = [];
  const time = { now: 0 };
  const lines = new LogLines({
    redact: createRedactor(secrets),
    onLine: (line) => shown.push(line),
    clock: () => time.now,
  });
  return { lines, shown, time };
}

describe("log lines", () => {
  it("come whole, whatever the chunks, and without blank ones", () => {
    const { lines, shown } = lab();
    const bytes = Buffer.from("one\r\ntwo é😀\n\n  \nthree");
    for (const byte of bytes) lines.add(Buffer.of(byte));
    expect(shown).toEqual(["one", "two é😀"]);
    lines.end();
    expect(shown).toEqual(["one", "two é😀", "three"]);
    expect(lines.last).toEqual(["one", "two é😀", "three"]);
  });

  it("have no secrets", () => {
    const { lines, shown } = lab(["s3cr3t"]);
    lines.add(Buffer.from("password s3c"));
    lines.add(Buffer.from("r3t!\n"));
    expect(shown).toEqual(["password [redacted]!"]);
    expect(lines.last).toEqual(["password [redacted]!"]);
  });

  it("are cut after 64 KiB, with nothing of a secret that the cut runs through", () => {
    const secret = "k".repeat(4000).replaceAll("kk", "kq");
    for (const before of [65_000, 65_535, 70_000, 73_700, 73_727]) {
      const { lines, shown } = lab([secret]);
      lines.add(Buffer.from(`${"x".repeat(before)}${secret}${"y".repeat(1_000_000)}\n`));
      const [line = ""] = shown;
      expect(line.length).toBeLessThan(65_600);
      expect(line).not.toContain("kq");
      expect(line).toMatch(/… \(\d+ characters more\)$/);
    }
  });

  it("are cut earlier when secrets before the cut made them shorter", () => {
    const secret = "k".repeat(4000).replaceAll("kk", "kq");
    const { lines, shown } = lab([secret]);
    lines.add(Buffer.from(`${secret.repeat(4)}${"x".repeat(57_000)}${secret}${"y".repeat(1_000_000)}\n`));
    expect(shown[0]).toMatch(/^(\[redacted\]){4}x+… /);
  });

  it("that repeat are shown ten times in ten seconds, and then counted", () => {
    const { lines, shown, time } = lab();
    for (let times = 0; times < 25; times += 1) lines.add(Buffer.from("again\nother\n"));
    expect(shown).toHaveLength(20);
    time.now = 10_000;
    lines.add(Buffer.from("again\n"));
    expect(shown.slice(20)).toEqual(["again (15 times more)", "again"]);
    lines.end();
    expect(shown.slice(22)).toEqual(["other (15 times more)"]);
  });

  it("keep the last twenty for a summary, a line that repeats the one before once", () => {
    const { lines } = lab();
    for (let number = 1; number <= 30; number += 1) lines.add(Buffer.from(`${number}\n${number}\n`));
    expect(lines.last).toEqual(Array.from({ length: 20 }, (_, index) => String(index + 11)));
  });

  it("remember a bounded number of texts", () => {
    const { lines, shown } = lab();
    for (let number = 0; number < 1000; number += 1) lines.add(Buffer.from(`line ${number}\n`));
    for (let times = 0; times < 11; times += 1) lines.add(Buffer.from("line 0\n"));
    expect(shown).toHaveLength(1010);
  });
});
