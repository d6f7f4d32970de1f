/**
 * Settings of the run time for a program that sleeps nearly always. Its allocator's and collector's own timers, and a look
 * for free memory at the end of each turn, would cost more than the agent's work does; what is freed is used again all the
 * same, and garbage is still collected.
 */
export const runTimeSettings: readonly string[] = [
  "MIMALLOC_PURGE_DELAY=-1",
  "MIMALLOC_PURGE_HOLES=0",
  "BUN_GC_TIMER_DISABLE=1",
];
