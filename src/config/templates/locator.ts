/** What precedes the `:` of a locator, when it is longer than one letter (`C:/x` is a path); else undefined. */
export function schemeOf(locator: string): string | undefined {
  return /^([A-Za-z][A-Za-z0-9+.-]+):/.exec(locator)?.[1];
}

/** True for a locator that ends like a disk image, for which a template is made up. */
export function isImageLocator(locator: string): boolean {
  return imageSuffix.test(locator);
}

/** How disk images end. */
export const imageSuffix = /\.(img|qcow2|raw|iso|ipsw)(\.(gz|xz|bz2|zstd))?$/;

/** The path of a `file:` URL. @throws Error when it is not absolute */
export function pathOfFileUrl(locator: string): string {
  const path = locator.replace(/^file:\/\//, "");
  if (!path.startsWith("/") && !/^[A-Za-z]:[\\/]/.test(path))
    throw new Error(`file URL \`${locator}\` is not an absolute path`);
  return /^\/[A-Za-z]:[\\/]/.test(path) ? path.slice(1) : path;
}
