/** Buffers of lines are of this size where a line does not need more. */
export const blockBytes = 256 * 1024;

/** What holds memory for a batch that may not get another record for long. */
export interface SpoolHolder {
  /** Writes out what is held, and holds nothing until it is used again. */
  rest(): void;
}

/** So many bytes are held for open batches, before those that were not used for longest have to rest. */
const maxHeldBytes = 48 * 1024 * 1024;

/**
 * The memory of the spool: blocks that take lines, and bytes that are on their way to disk, over all files.
 * Blocks are used again, because to make and to collect them costs more than to fill them.
 */
export class SpoolMemory {
  readonly #limit: number;
  readonly #free: Buffer[] = [];
  /** In the order of their last use. */
  readonly #holders = new Map<SpoolHolder, number>();
  #heldBytes = 0;
  #bytes = 0;
  #relief: Relief | undefined;

  /** Takes the bytes that may be on their way at a time. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Answers a block whose content is of no meaning. */
  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(blockBytes);
  }

  /** Says that a holder was used, and how much it holds now. Others may have to rest. */
  hold(holder: SpoolHolder, bytes: number): void {
    this.#heldBytes += bytes - (this.#holders.get(holder) ?? 0);
    this.#holders.delete(holder);
    if (bytes > 0) this.#holders.set(holder, bytes);
    for (const [other] of this.#holders) {
      if (this.#heldBytes <= maxHeldBytes || other === holder) return;
      other.rest();
    }
  }

  /** Says that the bytes of a block are on their way. */
  send(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Says that they have arrived, or never will. */
  arrive(bytes: number): void {
    this.#bytes -= bytes;
    if (this.#bytes >= this.#limit) return;
    this.#relief?.resolve();
    this.#relief = undefined;
  }

  /** Takes back a block that nobody reads any more; buffers of other sizes are left to the collector. */
  giveBack(block: Buffer): void {
    if (block.length === blockBytes && this.#free.length * blockBytes < this.#limit) this.#free.push(block);
  }

  /** Answers undefined while there is room, else a promise of room. */
  relief(): Promise<void> | undefined {
    if (this.#bytes < this.#limit) return undefined;
    this.#relief ??= createRelief();
    return this.#relief.promise;
  }
}

interface Relief {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

function createRelief(): Relief {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
