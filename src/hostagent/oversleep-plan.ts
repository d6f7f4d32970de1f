/** A busy host delays timers too, by less than this. */
const toleratedMs = 4000;

/**
 * By how much a timer came too late for the host to have been awake; undefined when it came well, or when the clock was
 * set back.
 * @param thenMs when it was set, by the wall clock, which goes on while a host sleeps
 */
export function oversleptMs(thenMs: number, nowMs: number, intervalMs: number): number | undefined {
  const late = nowMs - thenMs - intervalMs;
  return late > toleratedMs ? late : undefined;
}
