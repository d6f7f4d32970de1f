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
