import { boolean, dateTime, integer, nullable, object, string } from "@chorale/singer";

export const groupsSchema = object({
  id: integer(),
  created_at: nullable(dateTime()),
  default: nullable(boolean()),
  deleted: nullable(boolean()),
  description: nullable(string()),
  is_public: nullable(boolean()),
  name: nullable(string()),
  updated_at: nullable(dateTime()),
  url: nullable(string()),
});
