/** What the vendor is said to do at times, and what a stand-in does only when it is told to. */
export interface Quirks {
  /** Cursor exports begin with a page without rows that is not the last. */
  readonly emptyExportPages?: boolean;
  /** Lists of users and organizations say `has_more` only to `include_boundary_indicators=true`. */
  readonly boundaryIndicators?: boolean;
  /** The account's limit is told of in the headers of 2023, `rate-limit` and its kin. */
  readonly oldRateHeaders?: boolean;
  /** Searches find what was changed only so many seconds later. */
  readonly searchLagSeconds?: number;
  /** The export of articles has no `next_page` on its last page. */
  readonly guideExportEnds?: boolean;
}
