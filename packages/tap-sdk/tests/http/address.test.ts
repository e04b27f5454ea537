import { ApiError, ConfigError } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import {
  type AddressOptions,
  addressOf,
  baseAddress,
  displayUrl,
  endpointOf,
} from "../../src/http/address.ts";

const options: AddressOptions = {
  base: baseAddress("https://acme.test/api/v2"),
  method: "GET",
  redact: (text) => text.replaceAll("s3cret", "***"),
};

describe("the base address", () => {
  it.each([
    ["https://acme.test", "https://acme.test/"],
    ["https://acme.test/api/v2", "https://acme.test/api/v2/"],
    ["https://acme.test/api/v2/?x=1#top", "https://acme.test/api/v2/"],
    ["http://127.0.0.1:8080/", "http://127.0.0.1:8080/"],
  ])("%s becomes %s", (text, href) => {
    expect(baseAddress(text).href).toBe(href);
  });

  it.each(["", "acme.test", "ftp://acme.test/", "file:///etc/passwd", "https://user:s3cret@acme.test/"])(
    "%j is refused without its secrets",
    (text) => {
      expect(() => baseAddress(text)).toThrow(ConfigError);
      expect(() => baseAddress(text)).not.toThrow(/s3cret/);
    },
  );
});

describe("an address", () => {
  it.each([
    ["tickets", "https://acme.test/api/v2/tickets"],
    ["tickets?x=1", "https://acme.test/api/v2/tickets?x=1"],
    ["/api/v2/assessments?page%5Bcursor%5D=Mw", "https://acme.test/api/v2/assessments?page%5Bcursor%5D=Mw"],
    ["https://acme.test/other?a=1#x", "https://acme.test/other?a=1"],
    ["https://acme.test:443/other", "https://acme.test/other"],
    ["HTTPS://ACME.TEST/other", "https://acme.test/other"],
    ["https://user:s3cret@acme.test/other", "https://acme.test/other"],
    ["../v3/x", "https://acme.test/api/v3/x"],
    ["", "https://acme.test/api/v2/"],
  ])("%j leads to %s", (path, href) => {
    expect(addressOf(path, options).href).toBe(href);
  });

  it.each([
    "https://evil.test/x",
    "http://acme.test/x",
    "https://acme.test:8443/x",
    "https://acme.test.evil.test/x",
    "https://sub.acme.test/x",
    "https://acme.test@evil.test/x",
    "//evil.test/x",
    "\\\\evil.test\\x",
    "ftp://acme.test/x",
    "javascript:alert(1)",
    "data:,x",
    "https://",
    "http://[",
  ])("%j is refused", (path) => {
    expect(() => addressOf(path, options)).toThrow(ApiError);
    expect(() => addressOf(path, options)).toThrow(
      /refused: pagination link of another origin than https:\/\/acme\.test/,
    );
  });

  it("is refused without its secrets", () => {
    expect(() => addressOf("https://u:s3cret@evil.test/?token=s3cret", options)).toThrow(
      "GET https://evil.test/?token=*** refused",
    );
  });

  it("may have any origin for requests without credentials, but http", () => {
    const anywhere = { ...options, anyOrigin: true };
    expect(addressOf("https://one.test/token", anywhere).href).toBe("https://one.test/token");
    expect(() => addressOf("ftp://one.test/token", anywhere)).toThrow(ApiError);
  });

  it("gets its parameters set, repeated, replaced and dropped", () => {
    const url = addressOf("tickets?start_time=1&cursor=a&keep=k", {
      ...options,
      searchParams: { cursor: "b c", ids: ["1", "2"], flag: true, size: 0, none: undefined, empty: [] },
      dropParams: ["start_time", "absent"],
    });
    expect(url.search).toBe("?keep=k&cursor=b+c&ids=1&ids=2&flag=true&size=0");
  });

  it("keeps the query of a link as it came when nothing is changed", () => {
    const link = "https://acme.test/api/v2/x?page[size]=2&after=a%2Fb%20c";
    expect(addressOf(link, options).href).toBe(link);
  });
});

describe("an address for people", () => {
  it("is redacted, and cut", () => {
    const url = new URL(`https://acme.test/x?token=s3cret&${"a=1&".repeat(200)}`);
    const shown = displayUrl(url, options.redact);
    expect(shown.startsWith("https://acme.test/x?token=***&a=1")).toBe(true);
    expect(shown).toHaveLength(301);
  });

  it.each([
    ["https://acme.test/api/v2/tickets/123/comments?x=1", "/api/v2/tickets/{id}/comments"],
    ["https://acme.test/jobs/0b7e1c52-1111-4222-8333-9f2d5d1c0a01", "/jobs/{id}"],
    ["https://acme.test/jobs/6073683781a6da229df71e00/results", "/jobs/{id}/results"],
    ["https://acme.test/v2/decade", "/v2/decade"],
  ])("%s is the endpoint %s", (href, endpoint) => {
    expect(endpointOf(new URL(href))).toBe(endpoint);
  });
});
