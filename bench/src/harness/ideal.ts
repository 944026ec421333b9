export const ROLES = 500;
export const LATENCY_MS = 50;

/** The runtime's default. */
export const CONCURRENCY = 20;

/** When nothing but STS takes time. */
export const IDEAL_MS: number = Math.ceil(ROLES / CONCURRENCY) * LATENCY_MS;
