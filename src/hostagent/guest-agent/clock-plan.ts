/** A clock that is off by less is left alone. */
const toleratedMs = 100;

/**
 * By how much the guest's clock is to be moved; 0 when it may be right. A busy guest hears the question late, which looks
 * like a clock that is fast, so only the part of a difference counts that the question's way cannot explain.
 * @param driftMs the guest's clock when it heard the question, less the host's when it asked
 * @param roundTripMs from the question to the answer
 */
export function clockShiftMs(driftMs: number, roundTripMs: number): number {
  const least = driftMs - roundTripMs;
  if (least <= toleratedMs && driftMs >= -toleratedMs) return 0;
  return -Math.round(driftMs - roundTripMs / 2);
}
