/**
 * Names under which the C library can be loaded, likeliest first: glibc, musl (by its loader, which is the library), and
 * macOS's.
 */
export function libcNames(
  platform: NodeJS.Platform = process.platform,
  arch: string = process.arch,
): readonly string[] {
  if (platform === "darwin") return ["libSystem.B.dylib"];
  return ["libc.so.6", `libc.musl-${arch === "arm64" ? "aarch64" : "x86_64"}.so.1`];
}

/**
 * Loads calls of the C library by the first of its names that can be loaded.
 * @param open loads them from the library of that name, and throws when it cannot
 * @returns undefined where none can be loaded
 */
export function openLibc<Calls>(open: (name: string) => Calls): Calls | undefined {
  for (const name of libcNames()) {
    try {
      return open(name);
    } catch {}
  }
  return undefined;
}
