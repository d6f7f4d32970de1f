# PowerShell completion for limactl; load it with: limactl completion powershell | Out-String | Invoke-Expression

Register-ArgumentCompleter -Native -CommandName 'limactl' -ScriptBlock {
  param($WordToComplete, $CommandAst, $CursorPosition)

  $words = @($CommandAst.CommandElements |
      Where-Object { $_.Extent.StartOffset -lt $CursorPosition } |
      ForEach-Object { if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { $_.Extent.Text } })
  $program = $words[0]
  $arguments = @($words | Select-Object -Skip 1)
  if ($WordToComplete -eq '') {
    # Older versions drop empty arguments of programs unless they are quoted.
    $arguments += if ($PSVersionTable.PSVersion -lt [version]'7.3') { '""' } else { '' }
  }

  $answer = @(& $program __complete @arguments 2>$null)
  if ($answer.Count -eq 0) { return }
  $directive = [int]($answer[-1].TrimStart(':'))
  if (($directive -band 1) -ne 0) { return }
  $space = if (($directive -band 2) -ne 0) { '' } else { ' ' }

  $typed = $WordToComplete
  $prefix = ''
  if ($typed -match '^(-[^=]*=)(.*)$') {
    $prefix = $Matches[1]
    $typed = $Matches[2]
  }

  $found = @($answer | Select-Object -SkipLast 1 | Where-Object { $_.StartsWith($typed) })
  if ($found.Count -eq 0) {
    # An empty text keeps PowerShell from offering files.
    if (($directive -band 4) -ne 0) { '' }
    return
  }
  foreach ($line in $found) {
    $value, $description = $line -split "`t", 2
    if (-not $description) { $description = $value }
    $text = if ($found.Count -eq 1) { "$prefix$value$space" } else { "$prefix$value" }
    [System.Management.Automation.CompletionResult]::new($text, $value, 'ParameterValue', $description)
  }
}
