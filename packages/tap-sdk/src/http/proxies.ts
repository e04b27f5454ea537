import { ConfigError } from "@chorale/singer";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Answers the proxy for an address by the usual variables: `HTTPS_PROXY` and `HTTP_PROXY` by the address's
 * scheme, lower case first; undefined when there is none or `NO_PROXY` names the host. Throws `ConfigError`
 * for a proxy that is no http or https URL.
 */
export function proxyFor(url: URL, env: Environment): URL | undefined {
  const name = url.protocol === "https:" ? "https_proxy" : "http_proxy";
  const text = variable(name, env);
  if (text === undefined || bypassesProxy(url, variable("no_proxy", env) ?? "")) return undefined;
  const proxy = URL.parse(text.includes("://") ? text : `http://${text}`);
  if (proxy === null || !/^https?:$/.test(proxy.protocol)) {
    throw new ConfigError(
      `${name.toUpperCase()}: not an http or https address. Write it as http://host:port.`,
    );
  }
  return proxy;
}

function variable(name: string, env: Environment): string | undefined {
  const text = (env[name] ?? env[name.toUpperCase()] ?? "").trim();
  return text === "" ? undefined : text;
}

/**
 * Tells whether a `NO_PROXY` list names the host: `*`, a host with all below it (with or without a dot before
 * it), an IP address, each with or without a port; separated by commas or spaces.
 */
function bypassesProxy(url: URL, list: string): boolean {
  const port = url.port === "" ? defaultPorts[url.protocol] : url.port;
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      if (entry === "*") return true;
      const { host, port: onlyPort } = splitEntry(entry);
      if (host === "" || (onlyPort !== undefined && onlyPort !== port)) return false;
      return url.hostname === host || url.hostname.endsWith(`.${host}`);
    });
}

const defaultPorts: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" };

function splitEntry(entry: string): { host: string; port: string | undefined } {
  // An IPv6 address has colons of its own.
  const bare = /^[0-9a-f:]+:[0-9a-f:]*$/.test(entry) && entry.split(":").length > 2 ? `[${entry}]` : entry;
  const [, host = "", port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(bare) ?? [];
  return { host: host.replace(/^\*?\.?/, ""), port };
}
