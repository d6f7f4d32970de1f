import { POLLERR, POLLIN, POLLRDHUP, TcpCalls } from "./tcp-calls.ts";

/**
 * Whether the peer of a connected socket, of which all bytes have been read, has ended well and sends nothing more. The
 * runtime tells that in a turn of its own, which in an emulated guest costs as much as the bytes of a short answer.
 * Without the system's calls its word is waited for.
 */
export function endFollows(fd: number): boolean {
  const calls = TcpCalls.load();
  if (calls === undefined) return false;
  // Looking for bytes would take a broken connection's error away from the runtime.
  if ((calls.told(fd, POLLIN | POLLRDHUP) & (POLLERR | POLLRDHUP)) !== POLLRDHUP) return false;
  return calls.seesEnd(fd);
}
