import { type Answer, jsonAnswer } from "../answer.ts";
import type { ClariRequest } from "./clari-request.ts";
import type { EndpointContext } from "./endpoint-context.ts";
import { badRequest, invalidJob, methodNotAllowed, notFound, problem } from "./problems.ts";

/** A request about a job: its id, and what stands behind it in the path. */
export interface JobRequest {
  readonly request: ClariRequest;
  readonly id: string;
  readonly rest: string;
}

/** `/export/jobs`, `/export/jobs/{id}` and `/export/jobs/{id}/results`. */
export function jobsAnswer({ request, id, rest }: JobRequest, context: EndpointContext): Answer {
  const { jobs } = context;
  const { method } = request;
  if (id === "") {
    const body = JSON.stringify(jobs.list.map((job) => jobs.show(job)));
    return method === "GET" ? { ...jsonAnswer({}), body } : methodNotAllowed;
  }
  if (rest === "results") return method === "GET" ? results(id, context) : methodNotAllowed;
  if (rest !== "") return notFound;
  if (method === "GET") return status(id, context);
  return method === "PATCH" ? cancel({ body: request.body, id }, context) : methodNotAllowed;
}

function status(id: string, { jobs, quirks }: EndpointContext): Answer {
  const job = jobs.poll(id);
  if (job === undefined) return invalidJob;
  const shown = jobs.show(job);
  return jsonAnswer(quirks.envelope === "job" ? { job: shown } : shown);
}

function results(id: string, { jobs }: EndpointContext): Answer {
  const body = jobs.download(id);
  return body === undefined ? invalidJob : { ...jsonAnswer({}), body };
}

function cancel(
  { body, id }: Pick<ClariRequest, "body"> & { readonly id: string },
  { jobs }: EndpointContext,
): Answer {
  if (body?.["type"] !== "CANCEL") return badRequest("type must be CANCEL");
  const job = jobs.get(id);
  if (job === undefined) return invalidJob;
  if (jobs.cancel(job)) return jsonAnswer({ status: job.status, successful: true });
  return problem(400, { code: "export_failed_to_cancel", message: `The job is ${job.status}` });
}
