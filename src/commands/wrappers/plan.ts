/** Programs of guests that have a name of their own on the host (cli.md 11). */
export type Wrapper = "nerdctl.lima" | "docker.lima" | "podman.lima" | "kubectl.lima" | "apptainer.lima";

/** What decides what a wrapper does. */
export interface WrapperFacts {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly args: readonly string[];
  exists(instance: string): boolean;
  runs(instance: string): Promise<boolean>;
  /** Absolute path of the instance directory. */
  directory(instance: string): string;
  /** Absolute path of a program of the host, found on PATH. */
  find(program: string): string | undefined;
}

/** What a wrapper stands for. */
export type WrapperPlan =
  | { readonly kind: "limactl"; readonly args: readonly string[] }
  /** `lima ARGS` on that instance. */
  | { readonly kind: "lima"; readonly instance: string; readonly args: readonly string[] }
  /** A client program of the host that talks to the guest. */
  | { readonly kind: "program"; readonly argv: readonly string[]; readonly env: Readonly<Record<string, string>> }
  | { readonly kind: "refuse"; readonly lines: readonly string[] };

/** A client of the host, used where it is installed, and the guest's own program where it is not. */
interface Client {
  /** Instance that is meant when none is named. */
  readonly instance: string;
  /** Words after the creation hint. */
  readonly template: string;
  /** The variable that names the host's program, by default `name`. */
  readonly variable: string;
  readonly name: string;
  readonly options: readonly string[];
  env(directory: string): Readonly<Record<string, string>>;
  readonly inGuest: readonly string[];
}

const clients: Readonly<Record<"docker.lima" | "podman.lima" | "kubectl.lima", Client>> = {
  "docker.lima": {
    instance: "docker",
    template: " template:docker",
    variable: "DOCKER",
    name: "docker",
    options: [],
    env: (directory) => ({ DOCKER_HOST: `unix://${directory}/sock/docker.sock` }),
    inGuest: ["docker"],
  },
  "podman.lima": {
    instance: "podman",
    template: " template:podman",
    variable: "PODMAN",
    name: "podman",
    options: ["--remote"],
    env: (directory) => ({ CONTAINER_HOST: `unix://${directory}/sock/podman.sock` }),
    inGuest: ["podman"],
  },
  "kubectl.lima": {
    instance: "",
    template: "",
    variable: "KUBECTL",
    name: "kubectl",
    options: [],
    env: (directory) => ({ KUBECONFIG: `${directory}/copied-from-guest/kubeconfig.yaml` }),
    inGuest: ["sudo", "kubectl"],
  },
};

/** What a call of a wrapper stands for. */
export async function planWrapper(wrapper: Wrapper, facts: WrapperFacts): Promise<WrapperPlan> {
  const { env, args } = facts;
  switch (wrapper) {
    case "nerdctl.lima":
      return {
        kind: "limactl",
        args: ["shell", "--preserve-env", env.LIMA_INSTANCE || "default", "nerdctl", ...args],
      };
    case "apptainer.lima": {
      const instance = env.LIMA_INSTANCE || "apptainer";
      const bound = [...(env.APPTAINER_BINDPATH ? [env.APPTAINER_BINDPATH] : []), env.HOME ?? ""].join(",");
      const words = [`APPTAINER_BINDPATH=${bound}`, "apptainer", ...args];
      return (await refusal(instance, " template:apptainer", facts)) ?? { kind: "lima", instance, args: words };
    }
    default:
      return planClient(clients[wrapper], facts);
  }
}

async function planClient(client: Client, facts: WrapperFacts): Promise<WrapperPlan> {
  const { env, args } = facts;
  const instance = env.LIMA_INSTANCE || client.instance || kubernetesInstance(facts);
  if (instance === undefined) return { kind: "refuse", lines: noKubernetes };
  const refused = await refusal(instance, client.template, facts);
  if (refused !== undefined) return refused;
  const program = facts.find(env[client.variable] || client.name);
  if (program === undefined) return { kind: "lima", instance, args: [...client.inGuest, ...args] };
  return {
    kind: "program",
    argv: [program, ...client.options, ...args],
    env: client.env(facts.directory(instance)),
  };
}

function kubernetesInstance({ exists }: WrapperFacts): string | undefined {
  return ["k3s", "k8s"].find(exists);
}

const noKubernetes = [
  "No k3s or k8s existing instances found. Either create one with",
  "limactl create --name=k3s template:k3s",
  "limactl create --name=k8s template:k8s",
  "or name another instance with Kubernetes in LIMA_INSTANCE",
];

async function refusal(
  instance: string,
  template: string,
  { exists, runs }: WrapperFacts,
): Promise<WrapperPlan | undefined> {
  const refuse = (line: string): WrapperPlan => ({ kind: "refuse", lines: [`instance "${instance}" ${line}`] });
  if (!exists(instance)) {
    return refuse(`does not exist, run \`limactl create --name=${instance}${template}\` to create a new instance`);
  }
  if (await runs(instance)) return undefined;
  return refuse(`is not running, run \`limactl start ${instance}\` to start the existing instance`);
}
