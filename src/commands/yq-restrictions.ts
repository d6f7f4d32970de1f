/** The text of `limactl help yq-restrictions`. */
export const yqRestrictions = `The yq expressions of --set, --yq, --filter and of the other options that take one are evaluated with restrictions:

  env, strenv, envsubst    disabled by limactl: expressions must not depend on the environment
  load, load_str, ...      disabled by limactl: expressions must not read other files
  system                   disabled: expressions must not run programs

"limactl yq" is the stand-alone tool: it has the operators for the environment and for files, but not "system".`;
