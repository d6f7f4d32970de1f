import type { HostAgentEvent, PortForwardEvent, VsockEvent } from "../hostapi/events.ts";

/** What an event says, one text for each thing, in the order in which people read them. */
export function eventTexts({ status }: HostAgentEvent): readonly string[] {
  const texts: string[] = [];
  if (status.running === true) texts.push(status.degraded === true ? "running (degraded)" : "running");
  if (status.exiting === true) texts.push("exiting");
  if ((status.sshLocalPort ?? 0) !== 0) texts.push(`ssh available on port ${status.sshLocalPort}`);
  for (const error of status.errors ?? []) texts.push(`error: ${error}`);
  const progress = status.cloudInitProgress;
  if (progress?.completed === true) texts.push("cloud-init completed");
  else if ((progress?.logLine ?? "") !== "") texts.push(`cloud-init: ${progress?.logLine}`);
  if (status.portForward !== undefined) texts.push(...portForwardTexts(status.portForward));
  if (status.vsock !== undefined) texts.push(...vsockTexts(status.vsock));
  if (status.phase !== undefined) texts.push(`waiting for ${status.phase.description}`);
  return texts;
}

/** Nothing for a type that only a newer host agent knows. */
function portForwardTexts(event: PortForwardEvent): readonly string[] {
  const what = `${event.protocol ?? ""} ${event.guestAddr ?? ""}`;
  switch (event.type) {
    case "forwarding":
      return [`forwarding ${what} to ${event.hostAddr ?? ""}`];
    case "not-forwarding":
      return [`not forwarding ${what}`];
    case "stopping":
      return [`stopping forwarding ${what}`];
    case "failed":
      return [`failed to forward ${what}: ${event.error ?? ""}`];
    default:
      return [];
  }
}

function vsockTexts(event: VsockEvent): readonly string[] {
  switch (event.type) {
    case "started":
      return [`started vsock forwarder: ${event.hostAddr ?? ""} -> vsock:${event.vsockPort ?? 0}`];
    case "skipped":
      return [`skipped vsock forwarder: ${event.reason ?? ""}`];
    case "failed":
      return [`failed to start vsock forwarder: ${event.reason ?? ""}`];
    default:
      return [];
  }
}

/** A moment as `YYYY-MM-DD HH:MM:SS` of the local time. */
export function localTime(moment: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const day = [moment.getFullYear(), two(moment.getMonth() + 1), two(moment.getDate())].join("-");
  return `${day} ${[moment.getHours(), moment.getMinutes(), moment.getSeconds()].map(two).join(":")}`;
}
