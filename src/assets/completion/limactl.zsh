#compdef limactl
# zsh completion for limactl; load it with: source <(limactl completion zsh)

_limactl() {
  local line value description directive current
  local -a found described extra
  current="${words[CURRENT]}"
  found=("${(@f)$("${(Q)words[1]}" __complete "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  directive="${found[-1]#:}"
  [[ $directive == <-> ]] || return 1
  found[-1]=()
  ((directive & 1)) && return 1
  ((directive & 2)) && extra+=(-S '')
  ((directive & 32)) && extra+=(-V)
  if [[ $current == -*=* ]]; then compset -P '*='; fi
  for line in "${found[@]}"; do
    [[ -n $line ]] || continue
    value="${line%%$'\t'*}"
    description="${line#"$value"}"
    description="${description#$'\t'}"
    value="${value//:/\\:}"
    described+=("$value${description:+:$description}")
  done
  if ((directive & 16)); then
    _files -/
  elif ((${#described})); then
    _describe -t candidates limactl described "${extra[@]}"
  elif ((directive & 4)); then
    return 1
  else
    _files
  fi
}

# Autoloaded from fpath the file is the function's body; sourced it only defines it.
if [[ ${funcstack[1]} == _limactl ]]; then
  _limactl "$@"
elif (($+functions[compdef])); then
  compdef _limactl limactl
fi
