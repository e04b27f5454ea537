import { type FaultControl, type FaultPlan, faultControl } from "../faults.ts";
import type { LoggedRequest } from "../request-log.ts";
import { exportSecurityAudit } from "./audit.ts";
import { type AdaptiveAnswer, type AdaptiveRequest, listenAsAdaptive } from "./exchange.ts";
import { exportData } from "./export-data.ts";
import { metadata } from "./metadata.ts";
import { ModelJobs } from "./model-data.ts";
import { plainAnswer, Refusal, refusalAnswer, unauthenticated, xmlAnswer } from "./problems.ts";
import { checkCall, childOf } from "./request-rules.ts";
import { type AdaptiveSize, type AdaptiveStore, createStore } from "./store.ts";
import { cdata, parseRequest, tag, textTag, type XmlElement, XmlProblem } from "./xml.ts";

/** What an Adaptive stand-in is started with. */
export interface AdaptiveOptions {
  /** @default 0, a free port */
  readonly port?: number;
  /** What values are drawn from. @default 1 */
  readonly seed?: number;
  readonly size?: AdaptiveSize;
  readonly credential?: AdaptiveCredential;
  /** Methods that are refused for want of a permission. @default none */
  readonly denied?: readonly string[];
  /** Methods whose output is empty. @default none */
  readonly empty?: readonly string[];
  /** Whether the account has sales planning, without which dimension mappings are refused. @default true */
  readonly salesPlanning?: boolean;
  /** Answers with data of more cells than this are cut off in the middle. @default none are */
  readonly maxCells?: number;
  /** Whether answers carry a warning. @default false */
  readonly warns?: boolean;
  /** Whether CSV begins with an empty line. @default false */
  readonly leadingNewline?: boolean;
  /** The time in milliseconds. @default Date.now */
  readonly clock?: () => number;
  readonly faults?: FaultPlan;
  /** How long each answer waits. @default 0 */
  readonly latencyMs?: number;
}

/** What the stand-in accepts: a login with its password, or a token. */
export interface AdaptiveCredential {
  readonly login: string;
  readonly password: string;
  readonly token: string;
  /** The instances that may be named. */
  readonly instanceCodes: readonly string[];
}

/** A call that was understood, without its credentials. */
export interface AdaptiveCall {
  readonly method: string;
  readonly apiVersion: number;
  /** Its attributes and elements, but for the credentials. */
  readonly request: XmlElement;
}

/** A running Adaptive stand-in. */
export interface AdaptiveSandbox {
  /** The address without a path; the API is below `/api`. */
  readonly url: string;
  readonly port: number;
  /** Every request so far, oldest first. */
  readonly requests: LoggedRequest[];
  /** Every call so far, oldest first, also those that are refused. */
  readonly calls: AdaptiveCall[];
  /** A rule's path is `/api/v40/exportData/NAME OF VERSION`, or `/api/v40/exportUsers` where no version is named. */
  readonly faults: FaultControl;
  readonly store: AdaptiveStore;
  /** Stops listening and drops every connection. */
  close(): Promise<void>;
}

const usualCredential: AdaptiveCredential = {
  login: "svc.finance@example.test",
  password: `sandbox & <pass> "word"`,
  token: "sandbox-token",
  instanceCodes: ["EXAMPLE1"],
};

interface Service {
  readonly options: AdaptiveOptions;
  readonly store: AdaptiveStore;
  readonly calls: AdaptiveCall[];
  readonly jobs: ModelJobs;
  readonly clock: () => number;
}

function checkCredentials(call: XmlElement, { credential = usualCredential }: AdaptiveOptions): void {
  const { login, password, token, instanceCode } = childOf(call, "credentials")?.attributes ?? {};
  const isGood =
    token === undefined
      ? login === credential.login && password === credential.password
      : token === credential.token && login === undefined;
  const isOpen = instanceCode === undefined || credential.instanceCodes.includes(instanceCode);
  if (!isGood || !isOpen) throw unauthenticated(login ?? "");
}

function withoutCredentials(call: XmlElement): XmlElement {
  return { ...call, children: call.children.filter(({ name }) => name !== "credentials") };
}

function warningOf({ warns = false }: AdaptiveOptions): readonly string[] {
  if (!warns) return [];
  return [
    tag("messages", {}, [textTag("message", { key: "some-warning-key", type: "WARN" }, "Mind the gap")]),
  ];
}

function outputAnswer(output: string, options: AdaptiveOptions): AdaptiveAnswer {
  const body = output === "" ? "<output></output>" : tag("output", {}, [output]);
  return { answer: xmlAnswer(tag("response", { success: "true" }, [...warningOf(options), body])) };
}

function dataAnswer(call: XmlElement, { options, store }: Service): AdaptiveAnswer {
  const { csv, rows, cells } = exportData(call, store);
  const text = cdata(`${options.leadingNewline === true ? "\n" : ""}${csv}`);
  const isCut = cells > (options.maxCells ?? Number.POSITIVE_INFINITY);
  if (call.attributes["stream"] !== "true") return { ...outputAnswer(text, options), isCut };
  const status = tag("status", { success: "true", rowCountSent: rows });
  const parts = [...warningOf(options), tag("output", {}, [text]), status];
  return { answer: xmlAnswer(tag("response", {}, parts)), isCut };
}

function answerTo(call: XmlElement, service: Service): AdaptiveAnswer {
  const { options, store, jobs, clock } = service;
  const { method = "" } = call.attributes;
  if (options.denied?.includes(method) === true) {
    throw new Refusal("error-permission", `You do not have permission to call ${method}.`);
  }
  if (options.empty?.includes(method) === true) return outputAnswer("", options);
  if (method === "exportData") return dataAnswer(call, service);
  if (method === "exportConfigurableModelData") return outputAnswer(jobs.page(call, store), options);
  if (method === "exportSecurityAudit")
    return outputAnswer(exportSecurityAudit(call, store, clock()), options);
  if (method === "exportDimensionMapping" && options.salesPlanning === false) {
    throw new Refusal("error-not-licensed", "Sales planning is not enabled.");
  }
  return outputAnswer(metadata[method]?.(call, store) ?? "", options);
}

const path = /^\/api\/v(\d+)$/u;
const oldest = 7;
const newest = 43;

function respond(request: AdaptiveRequest, service: Service): AdaptiveAnswer {
  const apiVersion = Number(path.exec(request.path)?.[1] ?? "0");
  if (apiVersion < oldest || apiVersion > newest) return { answer: plainAnswer(404, "Not found") };
  if (request.method !== "POST") return { answer: plainAnswer(405, "Method not allowed") };
  if (!/^(?:application|text)\/xml\b/u.test(request.contentType)) {
    return { answer: plainAnswer(415, "Unsupported media type") };
  }
  try {
    const call = parseRequest(request.body);
    checkCall(call, apiVersion);
    const { method = "" } = call.attributes;
    service.calls.push({ method, apiVersion, request: withoutCredentials(call) });
    checkCredentials(call, service.options);
    return answerTo(call, service);
  } catch (error) {
    if (error instanceof Refusal) return { answer: refusalAnswer(error) };
    if (error instanceof XmlProblem) {
      return { answer: refusalAnswer(new Refusal("error-invalid-request", error.message)) };
    }
    throw error;
  }
}

function subjectOf({ path: address, body }: AdaptiveRequest): string {
  try {
    const call = parseRequest(body);
    const { name } = childOf(call, "version")?.attributes ?? {};
    return [address, call.attributes["method"], ...(name === undefined ? [] : [name])].join("/");
  } catch {
    return address;
  }
}

/**
 * Starts a server on 127.0.0.1 that answers as Adaptive's XML API does. Rejects when the port is taken.
 *
 * @example
 * ```ts
 * const adaptive = await startAdaptive({ seed: 1, size: { accounts: 50 } });
 * adaptive.store.version("Shared with Data")?.children.push({ id: 90, name: "FY27", type: "PLANNING", children: [] });
 * await adaptive.close();
 * ```
 */
export async function startAdaptive(options: AdaptiveOptions = {}): Promise<AdaptiveSandbox> {
  const { clock = Date.now, latencyMs = 0, port, seed = 1, size = {} } = options;
  const store = createStore({ seed, now: clock(), size });
  const service: Service = { options, store, calls: [], jobs: new ModelJobs(), clock };
  const faults = faultControl(options.faults);
  const server = await listenAsAdaptive(
    { answer: (request) => respond(request, service), subject: subjectOf, faults, clock, latencyMs },
    port,
  );
  return { ...server, faults, store, calls: service.calls };
}
