import pkg from "../../package.json";

/** The Lima release whose behaviour this program has. Tools that require a minimum Lima compare against it. */
export const limaVersion = "2.2.0";

/** What `limactl --version` prints after `limactl version `. */
export const programVersion: string = `${limaVersion}+limabun.${pkg.version}`;
