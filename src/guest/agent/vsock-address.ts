/** Family of vsock addresses; the structure is that of linux/vm_sockets.h: family, reserved, port, cid, flags, padding. */
export const vsockFamily = 40;
/** Bytes of a `struct sockaddr_vm`. */
export const vsockAddressBytes = 16;
/** Any context: what a guest listens on. */
export const anyCid = 0xffff_ffff;
/** The context of the host, as every guest sees it. */
export const hostCid = 2;

/** A vsock address as the system takes it, on a little-endian machine. */
export function encodeVsockAddress(cid: number, port: number): Uint8Array {
  const bytes = new Uint8Array(vsockAddressBytes);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, vsockFamily, true);
  view.setUint32(4, port, true);
  view.setUint32(8, cid, true);
  return bytes;
}

/** The context that an address names; undefined for an address of another family. */
export function cidOf(address: Uint8Array): number | undefined {
  if (address.length < vsockAddressBytes) return undefined;
  const view = new DataView(address.buffer, address.byteOffset);
  return view.getUint16(0, true) === vsockFamily ? view.getUint32(8, true) : undefined;
}
