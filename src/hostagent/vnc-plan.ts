const letters = "abcdefghijklmnopqrstuvwxyz";
const digits = "0123456789";
const firstPort = 5900;

/**
 * A password for VNC, which takes no more than eight characters: two digits, letters of both cases, none of them twice.
 * @param choose a number from 0 to one less than the given one, by chance
 */
export function vncPassword(choose: (below: number) => number): string {
  const take = (from: string, count: number): string[] => {
    const left = [...from];
    return Array.from({ length: count }, () => left.splice(choose(left.length), 1)[0] ?? "");
  };
  const upper = 1 + choose(5);
  const password = [...take(digits, 2), ...take(letters.toUpperCase(), upper), ...take(letters, 6 - upper)];
  return take(password.join(""), password.length).join("");
}

/** `video.vnc.display` (`HOST:N[,to=M]`), read. */
export interface VncDisplay {
  readonly host: string;
  readonly number: number;
  /** The number may be a higher one, where the first is taken. */
  readonly searches: boolean;
}

/** Reads `video.vnc.display`; undefined for what has no number, such as a unix socket. */
export function parseVncDisplay(text: string): VncDisplay | undefined {
  const comma = text.indexOf(",");
  const [place, options] = comma < 0 ? [text, ""] : [text.slice(0, comma), text.slice(comma + 1)];
  const [, host = "", number] = /^(.*):(\d+)$/.exec(place) ?? [];
  return number === undefined ? undefined : { host, number: Number(number), searches: /(^|,)to=/.test(options) };
}

/** `HOST:N` for a TCP port on which the server listens. */
export function vncDisplayOf(display: VncDisplay, port: number | undefined): string {
  return `${display.host}:${port === undefined ? display.number : port - firstPort}`;
}

/** The TCP port of a display. */
export function vncPortOf(display: VncDisplay, port: number | undefined): number {
  return port ?? firstPort + display.number;
}
