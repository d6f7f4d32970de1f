/** Who starts an instance in the foreground. */
export interface DirectStart {
  /** The instance has an entry of the service manager. */
  readonly registered: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Process id of this program. */
  readonly pid: number;
}

/**
 * The warning for a person who starts in the foreground what the service manager starts at login; undefined where it
 * does not apply, and where the manager itself is the one who starts: launchd names its service in the environment,
 * systemd the process that it executed (systemd.exec(5)).
 */
export function directStartWarning({ registered, env, pid }: DirectStart): string | undefined {
  const byLaunchd = (env.XPC_SERVICE_NAME ?? "0") !== "0";
  const bySystemd = env.SYSTEMD_EXEC_PID === String(pid);
  if (!registered || byLaunchd || bySystemd) return undefined;
  return "The instance is registered to start at login, but the --foreground option was given, so starting the instance directly";
}
