/** What a person types to get a shell in an instance. */
export function shellCommand(instanceName: string): string {
  return instanceName === "default" ? "lima" : `limactl shell ${instanceName}`;
}
