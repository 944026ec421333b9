/** Three-valued: what cannot be known offline is `unknown`, never taken for a yes or a no. */
export type Truth = "yes" | "no" | "unknown";

/** Whether something matches and, unless it plainly does, why not or what is missing. */
export type Match = { readonly truth: "yes" } | { readonly truth: "no" | "unknown"; readonly why: string };

/** The plain match. */
export const YES: Match = { truth: "yes" };

/** A mismatch with its reason. */
export function no(why: string): Match {
  return { truth: "no", why };
}

/** A match that cannot be decided, with what is missing. */
export function unknown(why: string): Match {
  return { truth: "unknown", why };
}

/** Logical AND of the truths; `yes` for none. */
export function allOf(truths: Iterable<Truth>): Truth {
  let result: Truth = "yes";
  for (const truth of truths) {
    if (truth === "no") return "no";
    if (truth === "unknown") result = "unknown";
  }
  return result;
}

/** Logical OR of the truths; `no` for none. */
export function anyOf(truths: Iterable<Truth>): Truth {
  let result: Truth = "no";
  for (const truth of truths) {
    if (truth === "yes") return "yes";
    if (truth === "unknown") result = "unknown";
  }
  return result;
}

/** Logical NOT; what is unknown stays unknown. */
export function not(truth: Truth): Truth {
  if (truth === "unknown") return truth;
  return truth === "yes" ? "no" : "yes";
}
