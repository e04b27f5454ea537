import { array, boolean, dateTime, integer, nullable, object, string } from "@chorale/singer";
import { scalar } from "./shapes.ts";

export const organizationsSchema = object({
  id: integer(),
  created_at: nullable(dateTime()),
  deleted_at: nullable(dateTime()),
  details: nullable(string()),
  domain_names: nullable(array(nullable(scalar()))),
  external_id: nullable(string()),
  group_id: nullable(integer()),
  name: nullable(string()),
  notes: nullable(string()),
  organization_fields: nullable(object({})),
  shared_comments: nullable(boolean()),
  shared_tickets: nullable(boolean()),
  tags: nullable(array(nullable(scalar()))),
  updated_at: nullable(dateTime()),
  url: nullable(string()),
});
