/**
 * Whether the server has another file than the cache, by Last-Modified.
 * @param cached header of the cached file; undefined when it was not recorded
 * @param current header of the server's file now; empty when missing
 */
export function isModified(cached: string | undefined, current: string): boolean {
  if (cached === undefined || cached === "" || current === "") return true;
  const [old, now] = [Date.parse(cached), Date.parse(current)];
  if (Number.isNaN(old) && Number.isNaN(now)) return cached !== current;
  return old !== now;
}
