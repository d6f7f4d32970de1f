import type { Client, ClientChannel } from "ssh2";

/** Something in the guest that can be connected to: an address, or a unix socket. */
export type GuestTarget = { readonly host: string; readonly port: number } | { readonly path: string };

/**
 * Connects to a target through sshd.
 * @throws Error when nothing listens there, sshd does not forward, or the connection is cut
 */
export function openTarget(client: Client, target: GuestTarget): Promise<ClientChannel> {
  const { promise, resolve, reject } = Promise.withResolvers<ClientChannel>();
  const onClose = () => reject(new Error("the ssh connection was cut"));
  client.once("close", onClose);
  const done = (error: Error | undefined, channel: ClientChannel) => {
    client.removeListener("close", onClose);
    if (error === undefined) resolve(channel);
    else reject(error);
  };
  try {
    if ("path" in target) client.openssh_forwardOutStreamLocal(target.path, done);
    else client.forwardOut("127.0.0.1", 0, target.host, target.port, done);
  } catch (error) {
    client.removeListener("close", onClose);
    reject(error);
  }
  return promise;
}
