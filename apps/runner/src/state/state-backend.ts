/** A pipeline's state as it is stored: Meltano's two halves, each the JSON text of a Singer state. */
export interface StoredState {
  readonly completed: string | undefined;
  /** What an unfinished full refresh has reached; laid over `completed` when it is read. */
  readonly partial: string | undefined;
}

/** Lets one write through, if whoever asks still has the right to write. */
export interface WriteGuard {
  /**
   * Calls `write` while nobody else can take the lease over. Throws with exit code 19, and does not call it,
   * when the lease is lost.
   */
  exclusively(write: () => void): Promise<void>;
}

/** Keeps states by their ids. Every method throws with exit code 17 when the store cannot be used. */
export interface StateBackend {
  /** What it is, for messages: `.chorale/state`, a database's path. */
  readonly description: string;
  read(stateId: string): Promise<StoredState | undefined>;
  /** Resolves when the state is safe. It is replaced whole or not at all. */
  write(stateId: string, state: StoredState, guard: WriteGuard): Promise<void>;
  remove(stateId: string, guard: WriteGuard): Promise<void>;
  /** The ids that have a state, sorted. */
  list(): Promise<readonly string[]>;
  close(): Promise<void>;
}
