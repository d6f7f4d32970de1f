# fish completion for limactl; load it with: limactl completion fish | source

# Asks limactl; succeeds when its answer stands instead of file names.
function __limactl_prepare
    set --global __limactl_candidates
    set --local line (commandline --tokenize --cut-at-cursor --current-process)
    set --local current (commandline --current-token --cut-at-cursor)
    set --local program $line[1]
    set --erase line[1]
    set --local answer ($program __complete $line "$current" 2>/dev/null)
    test (count $answer) -gt 0; or return 1
    set --local directive (string replace --regex '^:' '' -- $answer[-1])
    set --erase answer[-1]
    string match --quiet --regex '^[0-9]+$' -- $directive; or return 1
    test (math "bitand($directive, 1)") -eq 0; or return 1
    # Values of --name=VALUE replace the whole word.
    set --local prefix (string match --regex -- '^-[^=]*=' $current)
    for candidate in $answer
        set --append __limactl_candidates "$prefix$candidate"
    end
    test (count $__limactl_candidates) -gt 0; or test (math "bitand($directive, 4)") -ne 0
end

complete --command limactl --erase
complete --command limactl --condition __limactl_prepare --no-files --arguments '$__limactl_candidates'
