import type { WriteGuard } from "../../src/state/state-backend.ts";

/** A guard of somebody who always has the lease. */
export const openGuard: WriteGuard = {
  async exclusively(write) {
    write();
  },
};

/** A guard of somebody who has lost the lease. */
export const closedGuard: WriteGuard = {
  async exclusively() {
    throw new Error("the lease is lost");
  },
};
