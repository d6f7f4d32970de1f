/** Sources of names that a hosts file and name servers stand for; the last ones repeat what those know. */
const covered: ReadonlySet<string> = new Set(["files", "dns", "myhostname", "mymachines", "resolve"]);

/** Whether nsswitch.conf(5) has this host ask for names elsewhere too, such as by multicast (`mdns4_minimal`). */
export function hasOtherSources(text: string): boolean {
  const line = text.split("\n").find((each) => /^\s*hosts\s*:/.test(each)) ?? "";
  const words = (/^[^#]*/.exec(line.replace(/^\s*hosts\s*:/, ""))?.[0] ?? "").replace(/\[[^\]]*\]/g, " ").split(/\s+/);
  return words.some((word) => word !== "" && !covered.has(word));
}
