import { gunzipSync } from "node:zlib";
import { startZuoraRevenue, type ZuoraRevenueOptions, type ZuoraRevenueSandbox } from "../../src/index.ts";

/** An answer with its body, decompressed where it is compressed. */
export interface Got {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A stand-in, and a way to ask it. */
export interface Client {
  readonly tenant: ZuoraRevenueSandbox;
  /** Sends a request below the prefix with a good token, or with the one that is given. */
  send(method: string, path: string, headers?: Readonly<Record<string, string>>): Promise<Got>;
  /** Asks for a page of 2 rows of all time as CSV; parameters replace the usual ones. */
  page(view: string, params?: Readonly<Record<string, string>>, token?: string): Promise<Got>;
}

const usual = { clientId: "1", fromDate: "2016-07-26T00:00:00", toDate: "2030-01-01T00:00:00" };
const basic = Buffer.from("sandbox-user:sandbox-password").toString("base64");

/** The headers of a good log-in. */
export const login = { role: "API Role", clientname: "Default", authorization: `Basic ${basic}` };

/** Runs a test against a stand-in of its own. */
export async function withClient(
  options: ZuoraRevenueOptions,
  test: (client: Client) => Promise<void>,
): Promise<void> {
  const tenant = await startZuoraRevenue(options);
  const ask = async (
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<Got> => {
    const answer = await fetch(`${tenant.url}/api/integration/${path}`, { method, headers });
    const bytes = Buffer.from(await answer.arrayBuffer());
    const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
    const text = (isGzip ? gunzipSync(bytes) : bytes).toString();
    return { status: answer.status, headers: answer.headers, text };
  };
  try {
    const { headers: given } = await ask("POST", "v1/authenticate", login);
    const token = given.get("revpro-token") ?? "";
    const send: Client["send"] = (method, path, headers = {}) => ask(method, path, { token, ...headers });
    const page: Client["page"] = (view, params = {}, continuation) => {
      const query = new URLSearchParams({ ...usual, outputType: "csv", pageSize: "2", ...params });
      const headers = continuation === undefined ? {} : { "continuation-token": continuation };
      return send("GET", `v2/biviews/${view}?${query}`, headers);
    };
    await test({ tenant, send, page });
  } finally {
    await tenant.close();
  }
}
