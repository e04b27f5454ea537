import { ConfigError } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { proxyFor } from "../../src/http/proxies.ts";

const acme = "https://acme.test/x";

describe("the proxy for an address", () => {
  it.each<[string, string, Record<string, string | undefined>, string | undefined]>([
    ["none", acme, {}, undefined],
    ["by scheme", acme, { HTTPS_PROXY: "http://p:1" }, "http://p:1/"],
    ["the other scheme's does not count", acme, { HTTP_PROXY: "http://p:1" }, undefined],
    ["http", "http://acme.test/", { HTTP_PROXY: "http://p:1", HTTPS_PROXY: "http://q:1" }, "http://p:1/"],
    ["lower case", acme, { https_proxy: "http://p:1" }, "http://p:1/"],
    ["lower case comes first", acme, { https_proxy: "http://p:1", HTTPS_PROXY: "http://q:1" }, "http://p:1/"],
    ["empty is none", acme, { HTTPS_PROXY: " " }, undefined],
    ["without a scheme", acme, { HTTPS_PROXY: "p:3128" }, "http://p:3128/"],
    ["with credentials", acme, { HTTPS_PROXY: "http://u:w@p:1" }, "http://u:w@p:1/"],
    ["over TLS", acme, { HTTPS_PROXY: "https://p:1" }, "https://p:1/"],
  ])("%s", (_name, url, env, proxy) => {
    expect(proxyFor(new URL(url), env)?.href).toBe(proxy);
  });

  it.each([
    ["*", acme, true],
    ["acme.test", acme, true],
    [".acme.test", acme, true],
    ["*.acme.test", "https://api.acme.test", true],
    ["acme.test", "https://api.acme.test", true],
    ["acme.test", "https://notacme.test", false],
    ["api.acme.test", acme, false],
    ["ACME.TEST", acme, true],
    ["other.test, acme.test", acme, true],
    ["other.test acme.test", acme, true],
    ["other.test,,", acme, false],
    ["", acme, false],
    ["acme.test:443", acme, true],
    ["acme.test:8443", acme, false],
    ["acme.test:8443", "https://acme.test:8443", true],
    ["127.0.0.1", "https://127.0.0.1:9", true],
    ["127.0.0.1", "https://127.0.0.11:9", false],
    ["::1", "https://[::1]:9", true],
    ["[::1]:9", "https://[::1]:9", true],
    ["[::1]:8", "https://[::1]:9", false],
  ])("NO_PROXY %j for %s: %s", (list, url, isBypassed) => {
    for (const name of ["NO_PROXY", "no_proxy"]) {
      const proxy = proxyFor(new URL(url), { HTTPS_PROXY: "http://p:1", [name]: list });
      expect(proxy === undefined).toBe(isBypassed);
    }
  });

  it.each(["socks5://p:1", "http://", "http://[", "ftp://p"])("%s is refused", (text) => {
    expect(() => proxyFor(new URL(acme), { HTTPS_PROXY: text })).toThrow(ConfigError);
  });

  it("is refused without its password", () => {
    expect(() => proxyFor(new URL(acme), { HTTPS_PROXY: "socks5://u:pass-word@p:1" })).toThrow(
      "HTTPS_PROXY: not an http or https address. Write it as http://host:port.",
    );
  });
});
