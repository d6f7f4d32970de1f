# Keeps the provisioning of the media on the disk, and has its scripts run at every start.
param([Parameter(Mandatory = $true)][string]$LimaUser)
$ErrorActionPreference = 'Stop'
$target = Join-Path $env:ProgramData 'Lima\provision'
New-Item -ItemType Directory -Force -Path $target | Out-Null
Copy-Item -Force -Path (Join-Path $PSScriptRoot 'startup_runner.ps1') -Destination $target
foreach ($directory in Get-ChildItem -Directory -Path $PSScriptRoot -Filter 'provision.*') {
  $copy = Join-Path $target $directory.Name
  New-Item -ItemType Directory -Force -Path $copy | Out-Null
  foreach ($file in Get-ChildItem -File -Path $directory.FullName) {
    $name = if ($directory.Name -eq 'provision.data') { $file.Name } else { "$($file.Name).ps1" }
    Copy-Item -Force -Path $file.FullName -Destination (Join-Path $copy $name)
  }
}

$runner = Join-Path $target 'startup_runner.ps1'
function Register-Startup([string]$Name, [string]$Mode, $Principal) {
  $arguments = "-NoProfile -ExecutionPolicy Bypass -File `"$runner`" -Mode $Mode"
  $action = New-ScheduledTaskAction -Execute 'powershell.exe' -Argument $arguments
  Register-ScheduledTask -Force -TaskPath '\Lima\' -TaskName $Name -Action $action `
    -Trigger (New-ScheduledTaskTrigger -AtStartup) -Principal $Principal | Out-Null
}
$system = New-ScheduledTaskPrincipal -UserId 'SYSTEM' -LogonType ServiceAccount -RunLevel Highest
$user = New-ScheduledTaskPrincipal -UserId $LimaUser -LogonType S4U -RunLevel Limited
Register-Startup 'LimaProvisionStartupSystem' 'system' $system
Register-Startup 'LimaProvisionStartupUser' 'user' $user
