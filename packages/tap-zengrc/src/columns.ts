import {
  array,
  boolean,
  date,
  dateTime,
  fromJsonSchema,
  integer,
  nullable,
  object,
  type Presence,
  type Schema,
  string,
  union,
} from "@chorale/singer";

/** The columns of a stream, by name. */
export type Columns = Readonly<Record<string, Schema<unknown, Presence>>>;

const text = nullable(string());
const flag = nullable(boolean());
const day = nullable(date());
const moment = nullable(dateTime());
/** An object in a column of JSON. Nothing of what is in it is promised: the API's own objects grow. */
const json = nullable(object({}));
const list = nullable(array(json));
const listOrText = nullable(union(fromJsonSchema<readonly unknown[]>({ type: "array" }), string()));
const listOrObject = nullable(
  union(fromJsonSchema<unknown>({ type: "array" }), fromJsonSchema<unknown>({ type: "object" })),
);

/** Another object, as `{ id, title, type }`; of a person the name is in place of the title. */
const reference = json;
const person = json;
const people = list;

const common = {
  id: integer(),
  type: text,
  created_at: moment,
  updated_at: moment,
  links: json,
} satisfies Columns;

/** What all objects but people have. */
const described = {
  ...common,
  title: text,
  code: text,
  status: text,
  description: text,
  /** By the number of the attribute, which is the account's own; values are of any type. */
  custom_attributes: json,
} satisfies Columns;

/** The objects that this one is mapped to, as lists by their kinds. */
const mapped = json;

const thirdParty = {
  ...described,
  notes: text,
  url: text,
  reference_url: text,
  risk_rating: text,
  tags: listOrText,
  start_date: day,
  end_date: day,
  secondary_contact: person,
  /** A person, or several: the API's documents do not say. */
  owners: listOrObject,
  contact: listOrObject,
  mapped,
} satisfies Columns;

/** The columns of each object that the tap knows. */
export const columns = {
  assessments: {
    ...described,
    conclusion: text,
    control: reference,
    assessors: people,
    start_date: day,
    end_date: day,
    mapped,
  },
  audits: {
    ...described,
    program: reference,
    audit_managers: people,
    start_date: day,
    end_date: day,
    report_period_start_date: day,
    report_period_end_date: day,
    sync_external_attachments: flag,
    sync_external_comments: flag,
    mapped,
  },
  controls: { ...described, mapped },
  issues: { ...described, notes: text, stop_date: day, tags: listOrText, mapped },
  objectives: { ...described, os_state: text },
  requests: {
    ...described,
    audit: reference,
    assignees: people,
    requesters: people,
    reviewers: list,
    verifiers: people,
    start_date: day,
    due_date: day,
    end_date: day,
    stop_date: day,
    tags: listOrText,
    notes: text,
    test: text,
    notify_assignee: flag,
    mapped,
  },
  risks: { ...described, risk_vector_score_values: listOrObject },
  programs: {
    ...described,
    notes: text,
    url: text,
    reference_url: text,
    tags: listOrText,
    effective_date: day,
    stop_date: day,
    primary_contact: person,
    secondary_contact: person,
    managers: people,
    editors: people,
    readers: people,
    mapped,
  },
  vendors: thirdParty,
  people: { ...common, name: text, email: text },
  systems: thirdParty,
} satisfies Readonly<Record<string, Columns>>;

/** The columns of an object that is known by its name alone; what else it has is found out. */
export const extraColumns: Columns = { ...described, mapped };
