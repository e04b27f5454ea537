import { array, boolean, dateTime, integer, nullable, object, string } from "@chorale/singer";
import { scalar } from "./shapes.ts";

export const ticketFieldsSchema = object({
  id: integer(),
  active: nullable(boolean()),
  agent_can_edit: nullable(boolean()),
  agent_description: nullable(string()),
  collapsed_for_agents: nullable(boolean()),
  created_at: nullable(dateTime()),
  creator_app_name: nullable(string()),
  creator_user_id: nullable(integer()),
  custom_field_options: nullable(
    array(
      nullable(
        object({
          id: nullable(scalar()),
          name: nullable(scalar()),
          raw_name: nullable(scalar()),
          value: nullable(scalar()),
          default: nullable(scalar()),
          position: nullable(scalar()),
          url: nullable(scalar()),
        }),
      ),
    ),
  ),
  custom_statuses: nullable(array(nullable(object({})))),
  description: nullable(string()),
  editable_in_portal: nullable(boolean()),
  key: nullable(string()),
  position: nullable(integer()),
  raw_agent_description: nullable(string()),
  raw_description: nullable(string()),
  raw_title: nullable(string()),
  raw_title_in_portal: nullable(string()),
  regexp_for_validation: nullable(string()),
  relationship_filter: nullable(object({})),
  relationship_target_type: nullable(string()),
  removable: nullable(boolean()),
  required: nullable(boolean()),
  required_in_portal: nullable(boolean()),
  sub_type_id: nullable(integer()),
  system_field_options: nullable(
    array(
      nullable(
        object({
          name: nullable(scalar()),
          value: nullable(scalar()),
        }),
      ),
    ),
  ),
  tag: nullable(string()),
  title: nullable(string()),
  title_in_portal: nullable(string()),
  type: nullable(string()),
  updated_at: nullable(dateTime()),
  url: nullable(string()),
  visible_in_portal: nullable(boolean()),
});
