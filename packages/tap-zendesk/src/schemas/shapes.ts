import {
  anything,
  array,
  boolean,
  nullable,
  number,
  object,
  type Schema,
  string,
  union,
} from "@chorale/singer";

/** A text, a number or a truth value: inside JSON columns the API's types drift, and none is needed. */
export function scalar(): Schema<string | number | boolean> {
  return union(string(), number(), boolean());
}

export const from = object({
  ticket_ids: nullable(array(nullable(scalar()))),
  subject: nullable(scalar()),
  name: nullable(scalar()),
  address: nullable(scalar()),
  original_recipients: nullable(array(nullable(scalar()))),
  id: nullable(scalar()),
  ticket_id: nullable(scalar()),
  deleted: nullable(scalar()),
  title: nullable(scalar()),
  phone: nullable(scalar()),
  formatted_phone: nullable(scalar()),
  profile_url: nullable(scalar()),
  username: nullable(scalar()),
  facebook_id: nullable(anything()),
  revision_id: nullable(scalar()),
  service_info: nullable(scalar()),
  supports_channelback: nullable(scalar()),
  supports_clickthrough: nullable(scalar()),
  registered_integration_service_name: nullable(scalar()),
});

export const source = object({
  from: nullable(from),
  to: nullable(
    object({
      name: nullable(scalar()),
      address: nullable(scalar()),
    }),
  ),
  rel: nullable(scalar()),
});

export const via = object({
  channel: nullable(scalar()),
  source: nullable(source),
});

export const thumbnail = object({
  id: nullable(scalar()),
  size: nullable(scalar()),
  url: nullable(scalar()),
  inline: nullable(scalar()),
  height: nullable(scalar()),
  width: nullable(scalar()),
  content_url: nullable(scalar()),
  mapped_content_url: nullable(scalar()),
  content_type: nullable(scalar()),
  file_name: nullable(scalar()),
});

export const attachment = object({
  id: nullable(scalar()),
  size: nullable(scalar()),
  url: nullable(scalar()),
  inline: nullable(scalar()),
  height: nullable(scalar()),
  width: nullable(scalar()),
  content_url: nullable(scalar()),
  mapped_content_url: nullable(scalar()),
  content_type: nullable(scalar()),
  file_name: nullable(scalar()),
  thumbnails: nullable(array(nullable(thumbnail))),
  deleted: nullable(scalar()),
  malware_access_override: nullable(scalar()),
  malware_scan_result: nullable(scalar()),
});

export const flagsOptions = object({
  "2": nullable(
    object({
      trusted: nullable(scalar()),
    }),
  ),
  "11": nullable(
    object({
      trusted: nullable(scalar()),
      message: nullable(
        object({
          user: nullable(scalar()),
        }),
      ),
    }),
  ),
});

export const system = object({
  location: nullable(scalar()),
  longitude: nullable(scalar()),
  message_id: nullable(scalar()),
  raw_email_identifier: nullable(scalar()),
  ip_address: nullable(scalar()),
  json_email_identifier: nullable(scalar()),
  client: nullable(scalar()),
  latitude: nullable(scalar()),
});

export const metadata = object({
  custom: nullable(anything()),
  trusted: nullable(scalar()),
  notifications_suppressed_for: nullable(array(nullable(scalar()))),
  flags_options: nullable(flagsOptions),
  flags: nullable(array(nullable(scalar()))),
  system: nullable(system),
});
