import type { JsonObject } from "../../../json.ts";
import { isoTime } from "../../row.ts";
import { byId, byUpdate } from "../../row-order.ts";
import { digits } from "../id-forms.ts";
import type { ListDefinition, RowContext } from "../list-definition.ts";
import { listId } from "../world.ts";
import { drifting, nulls } from "./drawn.ts";

const neverCalled = [
  "call_recording_consent",
  "call_recording_consent_action",
  "call_recording_consent_keypress",
  "callback_source",
  "copilot_suggestions_generated_successful",
  "copilot_suggestions_generated_total",
  "ivr_destination_group_name",
  "ivr_routed_to",
  "overflowed_to",
  "post_call_summary",
  "post_call_transcription",
  "real_time_transcription",
  "transcription_language",
] as const;

const agentTotals = [
  "accepted_third_party_conferences",
  "accepted_transfers",
  "average_hold_time",
  "average_wrap_up_time",
  "calls_put_on_hold",
  "started_third_party_conferences",
  "started_transfers",
  "total_call_duration",
  "total_hold_time",
  "total_wrap_up_time",
  "transfers_only_time",
] as const;

const voice = "channels/voice";
const timeless = ["created_at", "updated_at"];

function callTimes({ stamp, random }: RowContext): JsonObject {
  return { created_at: isoTime(stamp - random.below(600)), updated_at: isoTime(stamp) };
}

/** Whom and what a call was about. */
function callReferences({ lists, random }: RowContext): JsonObject {
  return {
    agent_id: lists.anyId("users", random),
    customer_id: lists.anyId("users", random),
    ticket_id: lists.anyId("tickets", random),
    call_group_id: lists.anyId("groups", random),
    phone_number_id: lists.anyId("talk_phone_numbers", random),
    line_id: lists.anyId("talk_phone_numbers", random),
  };
}

function call(context: RowContext): JsonObject {
  const { random } = context;
  const duration = random.below(900);
  return {
    ...callTimes(context),
    ...nulls(...neverCalled),
    ...callReferences(context),
    customer_requested_voicemail: false,
    exceeded_queue_wait_time: false,
    not_recording_time: 0,
    post_call_summary_created: false,
    post_call_transcription_created: false,
    recording_control_interactions: 0,
    phone_number: "+15551234567",
    line: "+15551234567",
    line_type: "phone",
    direction: random.pick(["inbound", "outbound"]),
    call_charge: `0.0${random.below(90)}`,
    call_channel: null,
    completion_status: random.pick(["completed", "abandoned_in_queue", "not_answered"]),
    duration,
    talk_time: Math.floor(duration / 2),
    hold_time: random.below(60),
    wait_time: random.below(60),
    wrap_up_time: random.below(60),
    time_to_answer: random.chance(0.2) ? null : random.below(60),
    consultation_time: 0,
    ivr_hops: drifting(random, 4),
    ivr_time_spent: drifting(random, 40),
    ivr_action: null,
    minutes_billed: 1,
    recording_time: random.below(60),
    callback: false,
    voicemail: random.chance(0.1),
    default_group: random.chance(0.5),
    exceeded_queue_time: false,
    outside_business_hours: false,
    overflowed: false,
    quality_issues: ["information_not_available"],
  };
}

function leg(context: RowContext): JsonObject {
  const { lists, random, parentId } = context;
  return {
    ...callTimes(context),
    call_id: parentId,
    agent_id: lists.anyId("users", random),
    user_id: lists.anyId("users", random),
    type: random.pick(["agent", "customer", "external"]),
    available_via: random.pick(["browser", "phone", null]),
    call_charge: "0.002",
    completion_status: "completed",
    ...nulls("conference_from", "conference_to", "consultation_from", "consultation_to", "forwarded_to"),
    conference_time: drifting(random, 30),
    consultation_time: drifting(random, 30),
    wrap_up_time: drifting(random, 30),
    duration: random.below(900),
    hold_time: 0,
    talk_time: random.below(900),
    minutes_billed: 1,
    transferred_from: null,
    transferred_to: null,
    quality_issues: [],
  };
}

function agentActivity({ random, id, rank }: RowContext): JsonObject {
  return {
    ...Object.fromEntries(agentTotals.map((key) => [key, random.below(60)])),
    agent_id: id,
    name: `Agent ${rank}`,
    agent_state: random.pick(["online", "offline", "away"]),
    call_status: null,
    avatar_url: "",
    via: "client",
    forwarding_number: null,
    available_time: random.below(900),
    away_time: random.below(900),
    online_time: random.below(900),
    calls_accepted: random.below(9),
    calls_denied: random.below(9),
    calls_missed: random.below(9),
    average_talk_time: random.below(90),
    total_talk_time: random.below(900),
  };
}

/** What Talk knows: numbers, calls and the people who take them. */
export const talkLists = {
  talk_phone_numbers: {
    path: `${voice}/phone_numbers`,
    address: null,
    recordsKey: "phone_numbers",
    order: byId,
    paging: "offset",
    hidden: ["updated_at"],
    count: () => 3,
    fields: ({ rank, lists, random }) => ({
      number: `+1555123456${rank}`,
      display_number: `+1 (555) 123-456${rank}`,
      name: `Line ${rank}`,
      nickname: `Line ${rank}`,
      country_code: "US",
      brand_id: listId(0),
      ...nulls("call_recording_consent", "failover_number", "sms_group_id"),
      categorised_greetings_with_sub_settings: {},
      token: `token-${rank}`,
      capabilities: { sms: true, mms: false, voice: true, emergency_address: false },
      categorised_greetings: { "1": 11 },
      default_greeting_ids: ["voicemail_en"],
      greeting_ids: [],
      default_group_id: lists.anyId("groups", random),
      group_ids: [lists.anyId("groups", random)],
      external: false,
      ivr_id: null,
      line_type: "phone",
      location: "San Francisco",
      outbound_enabled: true,
      priority: 0,
      recorded: random.chance(0.5),
      schedule_id: null,
      sms_enabled: false,
      toll_free: false,
      transcription: false,
      voice_enabled: true,
    }),
  },
  talk_calls: {
    path: `${voice}/stats/incremental/calls`,
    address: null,
    recordsKey: "calls",
    order: byUpdate,
    count: () => 90,
    fields: call,
  },
  talk_call_legs: {
    path: `${voice}/stats/incremental/legs`,
    address: null,
    recordsKey: "legs",
    order: byUpdate,
    parent: { list: "talk_calls", key: "call_id", sizes: [2, 1, 3] },
    fields: leg,
  },
  talk_agents_activity: {
    path: `${voice}/stats/agents_activity`,
    address: null,
    recordsKey: "agents_activity",
    order: byId,
    paging: "whole",
    pathKey: "agent_id",
    hidden: ["id", ...timeless],
    count: ({ sizes }) => Math.min(sizes.users, 5),
    firstId: 6_130_869_168_922,
    idStep: 64,
    fields: agentActivity,
  },
  talk_greetings: {
    path: `${voice}/greetings`,
    address: null,
    recordsKey: "greetings",
    order: byId,
    paging: "offset",
    idForm: digits,
    hidden: timeless,
    count: () => 4,
    fields: ({ rank }) => ({
      name: `Greeting ${rank}`,
      category_id: listId(rank % 2),
      active: true,
      default: rank === 0,
      default_lang: false,
      audio_name: "a.mp3",
      audio_url: "https://recordings.example.com/a.mp3",
      has_sub_settings: false,
      ivr_ids: [],
      phone_number_ids: [listId(0)],
      pending: false,
      upload_id: null,
    }),
  },
  talk_greeting_categories: {
    path: `${voice}/greeting_categories`,
    address: null,
    recordsKey: "greeting_categories",
    order: byId,
    paging: "offset",
    hidden: timeless,
    count: () => 2,
    fields: ({ rank }) => ({ name: rank === 0 ? "voicemail" : "available" }),
  },
  talk_ivrs: {
    path: `${voice}/ivr`,
    address: null,
    recordsKey: "ivrs",
    order: byId,
    paging: "offset",
    hidden: timeless,
    count: () => 2,
    fields: ({ rank, id }) => ({
      name: `Tree ${rank}`,
      phone_number_ids: [listId(0)],
      phone_number_names: ["Line 0"],
      menus: [{ id: id + 1, name: "Main", default: true, greeting_id: null, routes: [] }],
    }),
  },
  talk_addresses: {
    path: `${voice}/addresses`,
    address: null,
    recordsKey: "addresses",
    order: byId,
    paging: "offset",
    hidden: timeless,
    count: () => 2,
    fields: ({ rank }) => ({
      name: `Office ${rank}`,
      street: "1019 Market St",
      city: "San Francisco",
      state: "California",
      province: "California",
      zip: "94103",
      country_code: "US",
      provider_reference: `AD${rank}`,
    }),
  },
  talk_lines: {
    path: `${voice}/lines`,
    address: null,
    recordsKey: "lines",
    order: byId,
    paging: "offset",
    hidden: ["updated_at"],
    count: () => 3,
    fields: ({ rank }) => ({ line_type: "phone", number: `+1555123456${rank}`, nickname: `Line ${rank}` }),
  },
} as const satisfies Record<string, ListDefinition>;
