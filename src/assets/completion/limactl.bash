# bash completion for limactl; load it with: source <(limactl completion bash)

# The words of the line up to the cursor; bash splits them at = and : too, which is undone here.
__limactl_words() {
  local rest="${COMP_LINE:0:COMP_POINT}" trimmed word index
  __limactl_line=()
  for ((index = 0; index <= COMP_CWORD; index++)); do
    word="${COMP_WORDS[index]}"
    trimmed="${rest#"${rest%%[![:space:]]*}"}"
    if ((index > 0)) && [[ $trimmed == "$rest" && -n $rest ]]; then
      __limactl_line[${#__limactl_line[@]} - 1]+="${word:0:${#rest}}"
    else
      __limactl_line+=("${word:0:${#trimmed}}")
    fi
    rest="${trimmed:${#word}}"
  done
  for index in "${!__limactl_line[@]}"; do
    word="${__limactl_line[index]}"
    case "$word" in
      \'*) word="${word#\'}" word="${word%\'}" ;;
      \"*) word="${word#\"}" word="${word%\"}" ;;
      \~/*) word="$HOME/${word#\~/}" ;;
    esac
    __limactl_line[index]="$word"
  done
}

__limactl_option() {
  if type compopt >/dev/null 2>&1; then compopt "$@"; fi
}

__limactl_complete() {
  local -a __limactl_line=() found=()
  local current typed candidate directive=0 cut value
  COMPREPLY=()
  __limactl_words
  current="${__limactl_line[${#__limactl_line[@]} - 1]}"
  typed="$current"
  if [[ $current == -*=* ]]; then typed="${current#*=}"; fi
  while IFS= read -r candidate; do
    found+=("$candidate")
  done < <("${__limactl_line[0]}" __complete "${__limactl_line[@]:1}" 2>/dev/null)
  if ((${#found[@]} == 0)); then return; fi
  directive="${found[${#found[@]} - 1]#:}"
  unset "found[${#found[@]}-1]"
  if ((directive & 1)); then return; fi
  if ((directive & 2)); then __limactl_option -o nospace; fi
  if ((directive & 4)); then __limactl_option +o default; fi
  if ((directive & 32)) && ((BASH_VERSINFO[0] > 4 || (BASH_VERSINFO[0] == 4 && BASH_VERSINFO[1] >= 4))); then
    __limactl_option -o nosort
  fi
  if ((directive & 16)); then
    while IFS= read -r candidate; do
      COMPREPLY+=("$candidate")
    done < <(compgen -d -- "$typed")
    return
  fi
  # What bash replaces begins after the last word break.
  cut=""
  if [[ $COMP_WORDBREAKS == *:* && $typed == *:* ]]; then cut="${typed%"${typed##*:}"}"; fi
  if [[ $COMP_WORDBREAKS == *=* && $typed == *=* && ${#cut} -lt $((${#typed} - ${#typed##*=})) ]]; then
    cut="${typed%"${typed##*=}"}"
  fi
  for candidate in "${found[@]}"; do
    value="${candidate%%$'\t'*}"
    if [[ $value == "$typed"* ]]; then COMPREPLY+=("${value#"$cut"}"$'\t'"${candidate#"$value"}"); fi
  done
  # Descriptions are for reading: they are shown where candidates are listed, and never inserted.
  if ((${#COMPREPLY[@]} > 1)) && [[ ${COMP_TYPE:-9} == 63 ]]; then
    for candidate in "${!COMPREPLY[@]}"; do
      value="${COMPREPLY[candidate]}"
      if [[ -n ${value#*$'\t'} ]]; then
        printf -v value '%s  (%s)' "${value%%$'\t'*}" "${value##*$'\t'}"
      else
        value="${value%%$'\t'*}"
      fi
      COMPREPLY[candidate]="$value"
    done
  else
    for candidate in "${!COMPREPLY[@]}"; do
      COMPREPLY[candidate]="${COMPREPLY[candidate]%%$'\t'*}"
    done
  fi
}

complete -o default -F __limactl_complete limactl
