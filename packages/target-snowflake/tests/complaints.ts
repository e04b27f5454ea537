/** What users of other targets complain of, and the test that fails where it is so here. */
export interface Complaint {
  readonly what: string;
  /** The test's file, without its endings, or the conformance suite. */
  readonly place: string;
  readonly test: string;
}

/** A complaint that no test can be about, and why. */
export interface Groundless {
  readonly what: string;
  readonly because: string;
}

const sdk = "../../target-sdk/tests";

function found(what: string, place: string, test: string): Complaint {
  return { what, place, test };
}

export const complaints: readonly Complaint[] = [
  // States and lost rows.
  found("a state is printed while another stream's rows wait", "suite", "multiple_state_messages"),
  found("a state is printed while another stream's rows wait", "suite", "any schedule of three streams"),
  found(
    "a signal drains a second time into a drain, and unwritten rows are acknowledged",
    `${sdk}/failures`,
    "finishes the commit in flight, prints what is then due, and drops the rest",
  ),
  found(
    "a signal while a commit fails prints a state all the same",
    `${sdk}/cli.process`,
    "in a commit that then fails: no state is printed",
  ),
  found("a second signal drains again", `${sdk}/cli.process`, "a second one ends it at once"),
  found(
    "a signal breaks the commit off",
    "faults.process",
    "when it is stopped while a commit runs, which it finishes",
  ),
  found("an empty state that nobody sent is printed", "suite", "an input without messages prints nothing"),
  found("a run without records loses its state", "suite", "streams_only_state"),
  found(
    "one bad stream keeps every state back",
    "suite",
    "a failure of one stream keeps back the states after it, and no others",
  ),
  found(
    "the whole STATE message is printed instead of its value",
    "suite",
    "a state is printed as it was received",
  ),
  found(
    "states run through while records are in memory",
    "suite",
    "state_table: a failure leaves rows and state of the last commit",
  ),
  found(
    "flushing on every STATE is too slow, and every half hour too rare",
    "complaints",
    "batches go by their rows, and a STATE flushes none",
  ),
  found("a batch never goes while the input is silent", "suite", "batch_wait_limit_seconds"),
  found(
    "a failed upload is logged, and the run succeeds",
    "faults.failing",
    "ends the run in one line %s, loads nothing",
  ),
  found("rows arrive with nulls in every field", "suite", "column_order_mismatch"),
  found("rows arrive with nulls in every field", "suite", "camelcase: names in mixed case"),
  // Versions and deletes.
  found(
    "activating a version deletes rows of earlier batches of the run",
    "deletes",
    "go with hard_delete, of the stream alone that says so: %s",
  ),
  found(
    "rows of the active version are deleted with the older ones",
    "complaints",
    "an active version that is activated again loses no row",
  ),
  found(
    "the table is reset after a good run",
    "complaints",
    "an active version that is activated again loses no row",
  ),
  found(
    "the table is emptied before the new rows are there",
    "suite",
    "ACTIVATE_VERSION before its records, and an input that ends without a STATE",
  ),
  found(
    "hard_delete does nothing for rows that the source marks",
    "deletes",
    "go by key within the MERGE with hard_delete, %s",
  ),
  found(
    "a version is activated in the table of the stream's name, not in its own",
    "complaints",
    "a version is activated in the table that the stream has by its override",
  ),
  // Duplicates and merges.
  found("duplicates within a file are inserted twice", "suite", "duplicate_records"),
  found(
    "the order within several files is left to chance",
    "features-load",
    "loads the last row of each key by the order of files, beyond the ninth too",
  ),
  found("a MERGE fails of a row that is there twice", "suite", "duplicate_records"),
  found("two keys become one when they are joined by a comma", "suite", "keys of texts: separators"),
  found(
    "duplicates are looked for in the whole table",
    "complaints",
    "only the staged rows are looked through for duplicates",
  ),
  found("a null key is loaded", "suite", "record_missing_key_property and null-pk"),
  found("zero, false and the empty text are taken for no key", "suite", "falsy-pk"),
  // Schemas and types.
  found(
    "a type cannot be changed, and the run fails",
    "evolution",
    "are widened in place or by a copy, no value is lost",
  ),
  found(
    "a column flips between two types from run to run",
    "evolution",
    "nothing is changed back in the next run",
  ),
  found(
    "a changed type hides the old values in another column",
    "evolution",
    "are widened in place or by a copy, no value is lost",
  ),
  found("decimals are rounded to whole numbers", "suite", "type_edge_cases: multipleOf"),
  found(
    "decimals are cut to a fixed number of places",
    "features-values",
    "keep 38 digits, as numbers and as texts",
  ),
  found(
    "a decimal with more digits is rounded without a word",
    "suite",
    "a decimal with more digits than its column is refused, never rounded",
  ),
  found("large integers are changed by the JSON parser, or fail", "suite", "integers keep every digit"),
  found(
    "a year of five digits breaks the load, or becomes the year 9999",
    "features-values",
    "become null or are cut where that is set, and are counted",
  ),
  found(
    "an offset without a colon is not understood",
    "suite",
    "each way to write a moment is stored the same when it comes alone",
  ),
  found(
    "an offset is dropped, and another moment stored",
    "features-settings",
    "%s keeps the same moments, in UTC",
  ),
  found(
    "a property without a type ends the run",
    "complaints",
    "properties without a type are columns of JSON, flattened or not",
  ),
  found(
    "flattening drops properties with an empty schema",
    "complaints",
    "properties without a type are columns of JSON, flattened or not",
  ),
  found("a hyphen in a stream's name moves its table elsewhere", "names", "%s with %j is %s"),
  // Names.
  found("reserved words break a MERGE", "suite", "reserved words are columns"),
  found("reserved words break a table", "suite", "reserved and hard names are tables, and keys"),
  found(
    "colons in a name are taken for a cast",
    "suite",
    "colons, quotes, blanks and letters of any script are columns",
  ),
  found("a key in mixed case is null", "suite", "camelcase: names in mixed case"),
  found(
    "a schema of a reserved name cannot be made",
    "complaints",
    "a schema may have a reserved name, and everything is found without quotes",
  ),
  found(
    "a blank in a table's name breaks it",
    "compat",
    "goes on in its tables: names, defaults, and columns as they are",
  ),
  found(
    "quoted names can only be queried with quotes",
    "complaints",
    "a schema may have a reserved name, and everything is found without quotes",
  ),
  // Values.
  found(
    "the empty text becomes NULL, or \\N does",
    "suite",
    "the empty text, null, absent and texts that look like null are kept apart",
  ),
  found("backslashes and quotes are lost or break the file", "suite", "encoded_string_data and unicode"),
  found("NUL breaks the load", "suite", "NUL follows the stated rule"),
  found(
    "a text of more than 16 MB fails the COPY",
    "features-values",
    "are refused by their line before anything is sent: %s",
  ),
  found(
    "a record of more than 16 MB fails without advice",
    "features-values",
    "a whole record beyond what COPY takes is refused with what to do",
  ),
  // Scale and operation.
  found(
    "all columns of a schema are listed, and there are too many",
    "features-load",
    "asks for a table once, however often its SCHEMA comes",
  ),
  found(
    "INFORMATION_SCHEMA is slow",
    "features-load",
    "asks for a table once, however often its SCHEMA comes",
  ),
  found("a repeated SCHEMA drains and alters again and again", "suite", "same-schemas-multiple-times"),
  found("records of a megabyte are slow or fail", "suite", "a line of ten megabytes is taken whole"),
  found(
    "a full disk ends the run without a word",
    `${sdk}/cli.process`,
    "of a spool that cannot grow names the folder and temp_dir",
  ),
  found("memory grows with what waits", `${sdk}/spool`, "lets its writers wait while too much is on its way"),
  found(
    "a file to upload is as large as the input, and is read into memory whole",
    "complaints",
    "files are bounded in size",
  ),
  found(
    "a file waits in memory until it is uploaded",
    "uploads",
    "goes on with others, as many at a time as upload_parallelism says",
  ),
  found(
    "a session that was idle for hours is dead",
    "faults.connections",
    "that all died while the input was silent cost one try",
  ),
  found(
    "a password with special characters cannot log in",
    "complaints",
    "a password may have any characters",
  ),
  found(
    "each statement logs in again",
    "complaints",
    "a run logs in once for each table that is loaded at a time",
  ),
  found(
    "a key's file that is not there is found out late",
    "authentication",
    "names a key's file before anything is connected",
  ),
  found("a key in DER, or in base64, is not read", "private-key", "is read from %s"),
  found(
    "a column of an unknown type breaks the reading of the table",
    "complaints",
    "columns of types that no stream has may be in the table",
  ),
  found("batch_size_rows is not obeyed", "complaints", "batches go by their rows, and a STATE flushes none"),
  found("the driver's log is loud", "driver.process", "prints nothing, writes no log"),
  found("a path of Windows, or one with quotes, breaks the PUT", "put-statement", "into %s of %s"),
  found(
    "a file format is made and dropped for each batch",
    "complaints",
    "batches go by their rows, and a STATE flushes none",
  ),
  found("the same state is printed twice", `${sdk}/receipts`, "does not answer the same text twice in a row"),
  found("BATCH messages come without states", "suite", "user_location_data and user_location_upsert_data"),
];

export const groundless: readonly Groundless[] = [
  {
    what: "a tap without records sends no state, and the last one is gone",
    because: "that is a tap's; no state is printed that did not come, so the last one stays",
  },
  {
    what: "messages of versions, and BATCH, pass by the mapping of streams",
    because: "streams are not mapped: stream_maps is refused",
  },
  {
    what: "column_casing breaks the COPY",
    because: "there is no such setting; a COPY names staged columns of its own",
  },
  {
    what: "duplicates are dropped by a dictionary in memory",
    because: "no row is kept in memory; the staged rows are ranked by file and line",
  },
  {
    what: "a no-op target takes seconds for a thousand records",
    because: "what is measured is in apps/bench, with its budgets",
  },
  {
    what: "a faster parser, or an uploader of the driver's, is asked for",
    because: "lines are staged as they came, and files are put by the driver in a thread of its own",
  },
  {
    what: "a driver leaks memory in uploads to another cloud",
    because: "it is of another language's driver; the peak of memory is measured in apps/bench",
  },
  {
    what: "rows are inserted in groups of five hundred",
    because: "rows come by COPY alone, in batches of half a million",
  },
  {
    what: "a certificate cannot be checked for being revoked",
    because: "the driver does that; no setting of the target's turns it on or off",
  },
  {
    what: "bookmarks lose microseconds, or are not made final",
    because: "that is a tap's; a state is passed on byte by byte",
  },
];
