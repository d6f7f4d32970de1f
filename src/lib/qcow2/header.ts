/** What a qcow2 image's header tells (QEMU docs/interop/qcow2.txt). */
export interface Qcow2Header {
  readonly version: 2 | 3;
  /** Size of the disk as the guest sees it. */
  readonly virtualSizeBytes: number;
  readonly clusterBytes: number;
  /** Name as written in the image, relative to its directory unless absolute. */
  readonly backingFile: string | undefined;
  /** Format the image says its backing file has. */
  readonly backingFormat: string | undefined;
  readonly encrypted: boolean;
  /** The guest's bytes are in another file: incompatible feature bit 2 or an extension that names it. */
  readonly externalData: boolean;
  /** Name of that file, where given. */
  readonly externalDataFile: string | undefined;
  /** The image was not closed (incompatible feature bit 0). */
  readonly dirty: boolean;
  /** Marked corrupt by QEMU (incompatible feature bit 1). */
  readonly corrupt: boolean;
  /** Where the L1 and the refcount table end: a shorter file was cut off. QEMU itself would read zeros there. */
  readonly tablesEnd: number;
}

/** Header, extensions and backing file name all lie in the first cluster, which is 64 KiB unless made otherwise. */
export const qcow2HeaderBytes = 64 * 1024;

/** A file that begins like a qcow2 image and is none. */
export class Qcow2Error extends Error {
  override readonly name = "Qcow2Error";
}

const magic = 0x514649fb;
const extensionBackingFormat = 0xe2792aca;
const extensionDataFile = 0x44415441;
const maximumBackingName = 1023;

/**
 * Reads the header of a qcow2 image.
 * @param bytes the first `qcow2HeaderBytes` of the file, or all of a shorter one
 * @throws Qcow2Error
 */
export function parseQcow2Header(bytes: Uint8Array): Qcow2Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < 72 || view.getUint32(0) !== magic) throw new Qcow2Error("not a qcow2 image");
  const version = view.getUint32(4);
  if (version !== 2 && version !== 3) throw new Qcow2Error(`unknown qcow2 version ${version}`);
  const clusterBits = view.getUint32(20);
  if (clusterBits < 9 || clusterBits > 21) throw new Qcow2Error(`invalid cluster size 2^${clusterBits}`);
  const size = view.getBigUint64(24);
  if (size > BigInt(Number.MAX_SAFE_INTEGER)) throw new Qcow2Error(`invalid virtual size ${size}`);
  if (version === 3 && bytes.byteLength < 104) throw new Qcow2Error("the header is cut off");
  const incompatible = version === 3 ? view.getBigUint64(72) : 0n;
  const headerLength = version === 3 ? view.getUint32(100) : 72;
  if (headerLength < 72 || headerLength % 8 !== 0) throw new Qcow2Error(`invalid header length ${headerLength}`);
  const backing = readBackingName(bytes, view);
  const extensions = readExtensions(bytes, view, headerLength, backing?.offset);
  const externalDataFile = extensions.get(extensionDataFile);
  return {
    version,
    virtualSizeBytes: Number(size),
    clusterBytes: 2 ** clusterBits,
    backingFile: backing?.name,
    backingFormat: extensions.get(extensionBackingFormat),
    encrypted: view.getUint32(32) !== 0,
    externalData: (incompatible & 4n) !== 0n || externalDataFile !== undefined,
    externalDataFile,
    dirty: (incompatible & 1n) !== 0n,
    corrupt: (incompatible & 2n) !== 0n,
    tablesEnd: Math.max(
      Number(view.getBigUint64(40)) + view.getUint32(36) * 8,
      Number(view.getBigUint64(48)) + view.getUint32(56) * 2 ** clusterBits,
    ),
  };
}

interface BackingName {
  readonly offset: number;
  readonly name: string;
}

function readBackingName(bytes: Uint8Array, view: DataView): BackingName | undefined {
  const offset = view.getBigUint64(8);
  if (offset === 0n) return undefined;
  const length = view.getUint32(16);
  if (length > maximumBackingName) throw new Qcow2Error(`the backing file name has ${length} bytes`);
  if (offset + BigInt(length) > BigInt(bytes.byteLength)) throw new Qcow2Error("the backing file name is cut off");
  const start = Number(offset);
  return { offset: start, name: text(bytes.subarray(start, start + length)) };
}

/** Header extensions: type, length, data padded to eight bytes; type 0 ends them. */
function readExtensions(
  bytes: Uint8Array,
  view: DataView,
  start: number,
  end = bytes.byteLength,
): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  let offset = start;
  while (offset + 8 <= Math.min(end, bytes.byteLength)) {
    const type = view.getUint32(offset);
    const length = view.getUint32(offset + 4);
    if (type === 0) break;
    if (offset + 8 + length > bytes.byteLength) throw new Qcow2Error("a header extension is cut off");
    found.set(type, text(bytes.subarray(offset + 8, offset + 8 + length)));
    offset += 8 + Math.ceil(length / 8) * 8;
  }
  return found;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
