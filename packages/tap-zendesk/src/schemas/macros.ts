import { anything, array, boolean, dateTime, integer, nullable, object, string } from "@chorale/singer";
import { scalar } from "./shapes.ts";

export const macrosSchema = object({
  id: integer(),
  actions: nullable(
    array(
      nullable(
        object({
          field: nullable(scalar()),
          value: nullable(anything()),
        }),
      ),
    ),
  ),
  active: nullable(boolean()),
  app_installation: nullable(object({})),
  categories: nullable(array(nullable(scalar()))),
  created_at: nullable(dateTime()),
  default: nullable(boolean()),
  description: nullable(string()),
  permissions: nullable(
    object({
      can_edit: nullable(scalar()),
    }),
  ),
  position: nullable(integer()),
  raw_title: nullable(string()),
  restriction: nullable(
    object({
      id: nullable(scalar()),
      ids: nullable(array(nullable(scalar()))),
      type: nullable(scalar()),
    }),
  ),
  title: nullable(string()),
  updated_at: nullable(dateTime()),
  url: nullable(string()),
  usage_1h: nullable(integer()),
  usage_24h: nullable(integer()),
  usage_30d: nullable(integer()),
  usage_7d: nullable(integer()),
});
