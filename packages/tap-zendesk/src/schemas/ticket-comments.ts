import { array, boolean, dateTime, integer, nullable, object, string } from "@chorale/singer";
import { attachment, metadata, via } from "./shapes.ts";

export const ticketCommentsSchema = object({
  id: integer(),
  attachments: nullable(array(nullable(attachment))),
  audit_id: nullable(integer()),
  author_id: nullable(integer()),
  body: nullable(string()),
  created_at: nullable(dateTime()),
  html_body: nullable(string()),
  metadata: nullable(metadata),
  plain_body: nullable(string()),
  public: nullable(boolean()),
  ticket_id: nullable(integer()),
  type: nullable(string()),
  via: nullable(via),
});
