import { type AdaptiveOptions, type AdaptiveSandbox, startAdaptive } from "../../src/index.ts";

/** The moment that stand-ins show. */
export const now = Date.UTC(2026, 2, 20, 12);
/** What stand-ins accept, as it stands in XML. */
export const credentials =
  '<credentials login="svc.finance@example.test" password="sandbox &amp; &lt;pass&gt; &quot;word&quot;"/>';

/** Runs a test against a stand-in of its own. */
export async function withAdaptive(
  options: AdaptiveOptions,
  test: (adaptive: AdaptiveSandbox) => Promise<void>,
): Promise<void> {
  const adaptive = await startAdaptive({ seed: 5, clock: () => now, ...options });
  try {
    await test(adaptive);
  } finally {
    await adaptive.close();
  }
}

/** Posts a text and answers what came back as text. */
export async function post(
  { url }: AdaptiveSandbox,
  body: string,
  { path = "/api/v40", type = "application/xml" }: { path?: string; type?: string } = {},
): Promise<string> {
  const response = await fetch(`${url}${path}`, { method: "POST", headers: { "content-type": type }, body });
  const text = await response.text();
  return response.status === 200 ? text : `${response.status} ${text}`;
}

/** Calls a method with right credentials. */
export async function call(
  adaptive: AdaptiveSandbox,
  method: string,
  {
    inner = "",
    version = 40,
    attributes = "",
  }: { inner?: string; version?: number; attributes?: string } = {},
): Promise<string> {
  const body = `<?xml version="1.0" encoding="UTF-8"?><call method="${method}" callerName="test"${attributes}>${credentials}${inner}</call>`;
  return post(adaptive, body, { path: `/api/v${version}` });
}
