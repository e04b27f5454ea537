import { boolean, dateTime, integer, nullable, object, string } from "@chorale/singer";

export const groupMembershipsSchema = object({
  id: integer(),
  created_at: nullable(dateTime()),
  default: nullable(boolean()),
  group_id: nullable(integer()),
  updated_at: nullable(dateTime()),
  url: nullable(string()),
  user_id: nullable(integer()),
});
