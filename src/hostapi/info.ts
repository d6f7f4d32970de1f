/** The answer of `GET /v1/info` on `ha.sock`; keys are left out when empty. */
export interface HostAgentInfo {
  readonly autoStartedIdentifier?: string;
  /** The port of 127.0.0.1 that leads to the guest's sshd. */
  readonly sshLocalPort?: number;
  /** What is wrong now, as its last event told it; this program's own. */
  readonly errors?: readonly string[];
}

/** Reads the body of `GET /v1/info`. @throws Error when it is not one */
export function parseInfo(body: string): HostAgentInfo {
  const value: unknown = JSON.parse(body);
  if (typeof value !== "object" || value === null) throw new Error("not an info object");
  const { autoStartedIdentifier, sshLocalPort, errors } = value as Record<string, unknown>;
  const texts = Array.isArray(errors) ? errors.filter((text) => typeof text === "string") : [];
  return {
    ...(typeof autoStartedIdentifier === "string" && autoStartedIdentifier !== "" ? { autoStartedIdentifier } : {}),
    ...(typeof sshLocalPort === "number" && sshLocalPort > 0 ? { sshLocalPort } : {}),
    ...(texts.length > 0 ? { errors: texts } : {}),
  };
}
