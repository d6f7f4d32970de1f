/** Certificates ready for cloud-init: empty lines dropped, every line trimmed; those without any line left out. */
export function tidyCertificates(texts: readonly string[]): readonly string[] {
  const tidied = texts.map((text) =>
    text
      .split(/[\r\n]+/)
      .map((line) => line.trim())
      .filter((line) => line !== "")
      .join("\n"),
  );
  return tidied.filter((text) => text !== "").map((text) => `${text}\n`);
}
