# Runs all provisioning scripts of one mode in the order of their names; ends with the last exit code that was not 0.
param([Parameter(Mandatory = $true)][ValidateSet('dependency', 'system', 'user')][string]$Mode)
$code = 0
$scripts = Get-ChildItem -File -Path (Join-Path $PSScriptRoot "provision.$Mode") -Filter '*.ps1' -ErrorAction SilentlyContinue
foreach ($script in $scripts | Sort-Object Name) {
  & powershell.exe -NoProfile -ExecutionPolicy Bypass -File $script.FullName
  if ($LASTEXITCODE -ne 0) { $code = $LASTEXITCODE }
}
exit $code
