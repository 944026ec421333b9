import type { LimitFunction } from "p-limit";
import { type AgentRolesError, masterFailure } from "../agent-roles-error.ts";
import type { AssumeRole } from "../session/role-request.ts";
import { stsError } from "../sts/sts-error.ts";

/**
 * The same calls, within the limit. Once the master has failed, one call at a time finds out whether it still does, and every
 * call that waited meanwhile gets its failure without a request of its own.
 */
export function oneMasterFailure(assume: AssumeRole, limit: LimitFunction): AssumeRole {
  /** The outcome of the last call that concerns the master. */
  let failure: AgentRolesError | undefined;
  let failures = 0;
  let probe: Promise<unknown> | undefined;

  return (request, accept, signal) => {
    const known = failures;

    async function ask() {
      try {
        const session = await assume(request, accept, signal);
        failure = undefined;
        return session;
      } catch (error) {
        const ofMaster = masterFailure(error);
        if (ofMaster) failures += 1;
        // What fails for another reason has got past the master, unless the master failed since.
        if (ofMaster || failures === known) failure = ofMaster;
        throw error;
      }
    }

    return limit(async () => {
      if (failure && failures === known && probe) await probe;
      if (failure && failures > known) throw stsError(failure, request);
      const call = ask();
      if (!failure) return call;
      probe = call.catch(() => undefined).finally(() => (probe = undefined));
      return call;
    });
  };
}
