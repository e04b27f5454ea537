import { integer, nullable, object, string } from "@chorale/singer";

export const tagsSchema = object({
  name: string(),
  count: nullable(integer()),
});
