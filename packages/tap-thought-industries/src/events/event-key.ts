import { isObject } from "@chorale/singer";
import type { AnyRecord } from "@chorale/tap-sdk";

const distinguishing = [
  "timestamp",
  "courseId",
  "lessonId",
  "sectionId",
  "topicId",
  "redemptionCode",
  "notifiableId",
] as const;

/**
 * Answers what stands for the id that the vendor does not give: a SHA-256 of who did what, where and when. The
 * same event has the same key in every run. Made from what is emitted, so that it tells nothing that is not.
 */
export function eventKey(stream: string, event: AnyRecord): string {
  const { hash } = process.getBuiltinModule("node:crypto");
  const detail = event["userDetail"];
  const userId = isObject(detail) ? detail["id"] : undefined;
  const who = userId ?? event["user"] ?? event["anonymousId"];
  const parts = [stream, event["companyId"], who, ...distinguishing.map((name) => event[name])];
  return hash("sha256", JSON.stringify(parts.map((part) => part ?? null)), "hex");
}
