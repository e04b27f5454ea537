import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRedactor } from "../src/index.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");

describe("createRedactor", () => {
  it.each<[string, string[], string, string]>([
    ["nothing", [], "all is well", "all is well"],
    ["a secret, everywhere", ["hunter2"], "hunter2 and xhunter2x", "[redacted] and x[redacted]x"],
    ["the longest first", ["abcd", "abcdef"], "abcdef abcd", "[redacted] [redacted]"],
    ["no short secret, in no form", ["abc", ""], "abcabc YWJj 616263", "abcabc YWJj 616263"],
    ["characters of regular expressions", ["a.b*(c)$"], "a.b*(c)$ aXb*(c)$", "[redacted] aXb*(c)$"],
    ["URL-encoded", ["s3/cr+t é"], "?k=s3%2Fcr%2Bt%20%C3%A9&x=1", "?k=[redacted]&x=1"],
    ["URL-encoded with small digits", ["s3/cr"], "s3%2fcr", "[redacted]"],
    ["escaped for XML", [`a&b<"c'>`], "<p v='a&amp;b&lt;&quot;c&apos;&gt;'/>", "<p v='[redacted]'/>"],
    ["encoded as a form", ["pass word!"], "p=pass+word%21", "p=[redacted]"],
    ["escaped for JSON", ['qu"ote\\x\n'], '{"p":"qu\\"ote\\\\x\\n"}', '{"p":"[redacted]"}'],
    ["escaped for JSON twice", ['qu"ote'], '"{\\"p\\":\\"qu\\\\\\"ote\\"}"', '"{\\"p\\":\\"[redacted]\\"}"'],
    ["escaped slashes", ["a/b/c"], '"a\\/b\\/c"', '"[redacted]"'],
    ["base64", ["hunter2!"], `x ${base64("hunter2!")} y`, "x [redacted] y"],
    ["base64 for URLs", ["??>>??>>"], Buffer.from("??>>??>>").toString("base64url"), "[redacted]"],
    ["hexadecimal", ["hunter2!"], Buffer.from("hunter2!").toString("hex"), "[redacted]"],
    [
      "each long line of a key",
      ["-----BEGIN KEY-----\nMIIEvQIBADANBgkq\n-----END KEY-----"],
      "bad line MIIEvQIBADANBgkq in -----BEGIN KEY-----",
      "bad line [redacted] in -----BEGIN KEY-----",
    ],
    ["lone surrogates", ["pass\uD800word"], "x pass\uD800word y", "x [redacted] y"],
  ])("takes out %s", (_name, secrets, text, expected) => {
    expect(createRedactor(secrets)(text)).toBe(expected);
  });

  it.each([
    ["Authorization: Basic dXNlcjpwYXNz", "Authorization: [redacted]"],
    ["authorization: Bearer abc.def-ghi", "authorization: [redacted]"],
    ['{"Authorization":"Bearer abc","x":1}', '{"Authorization":"[redacted]","x":1}'],
    ['"{\\"authorization\\":\\"token abc\\"}"', '"{\\"authorization\\":\\"[redacted]\\"}"'],
    ["{ Authorization: 'Basic abc' }", "{ Authorization: '[redacted]' }"],
    ["Proxy-Authorization: abc", "Proxy-Authorization: [redacted]"],
    ["X-Api-Key: 12345, Accept: */*", "X-Api-Key: [redacted], Accept: */*"],
    ["sent Basic dXNlcjpwYXNzd29yZA== to it", "sent Basic [redacted] to it"],
    ["Bearer abcd1234", "Bearer [redacted]"],
    ["bearer authentication failed", "bearer authentication failed"],
    ["Basic Authentication. Try again", "Basic Authentication. Try again"],
    ["http://user:pass@host:80/x and https://a:@b", "http://[redacted]@host:80/x and https://[redacted]@b"],
    ["http://host:80/a@b?c=d:e@f", "http://host:80/a@b?c=d:e@f"],
    ["https://b/x?a=1&access_token=abc&b=2", "https://b/x?a=1&access_token=[redacted]&b=2"],
    [
      "https://s3/x?X-Amz-Signature=0a1b&X-Amz-Expires=5",
      "https://s3/x?X-Amz-Signature=[redacted]&X-Amz-Expires=5",
    ],
    ["page?next_token_count=5", "page?next_token_count=5"],
  ])("knows secrets by where they stand: %s", (text, expected) => {
    expect(createRedactor([])(text)).toBe(expected);
  });

  const secret = fc.string({ minLength: 4, maxLength: 30 }).filter((text) => !"[redacted]".includes(text));

  it("never lets a secret through, however it is written", () => {
    const writings: ((text: string) => string)[] = [
      (text) => text,
      (text) => JSON.stringify(text),
      (text) => JSON.stringify(JSON.stringify({ text })),
      (text) => encodeURIComponent(text),
      (text) => new URLSearchParams({ text }).toString(),
      (text) => base64(text),
      (text) => Buffer.from(text).toString("base64url"),
    ];
    fc.assert(
      fc.property(
        fc.uniqueArray(secret, { minLength: 1, maxLength: 4 }),
        fc.string(),
        fc.string(),
        (secrets, before, after) => {
          const redact = createRedactor(secrets);
          for (const each of secrets) {
            for (const write of writings) {
              const written = write(each);
              const left = redact(before + written + after).split("[redacted]");
              expect(left.filter((piece) => piece.includes(each) || piece.includes(write(each)))).toEqual([]);
            }
          }
        },
      ),
    );
  });

  it("leaves at most the ends of a long secret within the base64 of a longer text", () => {
    const long = fc.string({ minLength: 12, maxLength: 40, unit: "grapheme-ascii" });
    fc.assert(
      fc.property(
        long,
        fc.string({ unit: "grapheme-ascii" }),
        fc.string({ unit: "grapheme-ascii" }),
        (each, user, more) => {
          const text = createRedactor([each])(`x ${base64(`${user}:${each}${more}`)} y`);
          expect(text).toContain("[redacted]");
          const left = text
            .slice(2, -2)
            .split("[redacted]")
            .map((piece) => Buffer.from(piece, "base64").toString());
          expect(left.some((piece) => piece.includes(each.slice(2, -2)))).toBe(false);
        },
      ),
    );
  });

  it("is quick on a long line that almost matches", () => {
    const redact = createRedactor(["secret-value"]);
    const text = `://${"a:".repeat(50_000)} authorization${" ".repeat(50_000)} Bearer ${"a".repeat(50_000)}`;
    const started = performance.now();
    redact(text);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
