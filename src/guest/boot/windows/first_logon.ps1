# Runs once, at the first logon after the installation: a password of its own, sshd with the host's keys, provisioning.
# The lines above set $LimaUser, $SshUrl and $SshDigest.
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
Start-Transcript -Path "C:\Users\$LimaUser\lima-setup.log" -Append
$media = $PSScriptRoot
$lima = Join-Path $env:ProgramData 'Lima'
New-Item -ItemType Directory -Force -Path $lima | Out-Null

# The answer file holds the first password in the clear.
$letters = [char[]](48..57 + 65..90 + 97..122)
$bytes = New-Object byte[] 16
[Security.Cryptography.RandomNumberGenerator]::Create().GetBytes($bytes)
$password = -join ($bytes | ForEach-Object { $letters[$_ % $letters.Length] })
Set-LocalUser -Name $LimaUser -Password (ConvertTo-SecureString $password -AsPlainText -Force)
Set-Content -Path "C:\Users\$LimaUser\password.txt" -Value $password

$installer = Join-Path $env:TEMP 'OpenSSH.msi'
Invoke-WebRequest -UseBasicParsing -Uri $SshUrl -OutFile $installer
if ((Get-FileHash -Algorithm SHA256 -Path $installer).Hash -ne $SshDigest) { throw "$SshUrl is not the file that was expected" }
$run = Start-Process msiexec.exe -ArgumentList '/i', "`"$installer`"", '/quiet', 'ADDLOCAL=Server' -Wait -PassThru
if ($run.ExitCode -ne 0) { throw "msiexec ended with $($run.ExitCode)" }
$path = [Environment]::GetEnvironmentVariable('Path', 'Machine')
if ($path -notlike '*OpenSSH*') {
  [Environment]::SetEnvironmentVariable('Path', "$path;$env:ProgramFiles\OpenSSH", 'Machine')
}
if (-not (Get-NetFirewallRule -Name 'OpenSSH-Server-In-TCP' -ErrorAction SilentlyContinue)) {
  New-NetFirewallRule -Name 'OpenSSH-Server-In-TCP' -DisplayName 'OpenSSH Server (sshd)' -Enabled True `
    -Direction Inbound -Protocol TCP -Action Allow -LocalPort 22 | Out-Null
}
$keys = Join-Path $env:ProgramData 'ssh\administrators_authorized_keys'
New-Item -ItemType Directory -Force -Path (Split-Path $keys) | Out-Null
Copy-Item -Force -Path (Join-Path $media 'ssh_authorized_keys') -Destination $keys
# By their identifiers: the groups have other names in other languages.
icacls.exe $keys /inheritance:r /grant '*S-1-5-18:F' '*S-1-5-32-544:F' | Out-Null
Set-Service -Name sshd -StartupType Automatic
Restart-Service -Name sshd

& (Join-Path $media 'install_provision.ps1') -LimaUser $LimaUser
$runner = Join-Path $lima 'provision\startup_runner.ps1'
foreach ($mode in 'dependency', 'system', 'user') {
  & powershell.exe -NoProfile -ExecutionPolicy Bypass -File $runner -Mode $mode
}
New-Item -ItemType File -Force -Path (Join-Path $lima 'lima-boot-done.txt') | Out-Null
Stop-Transcript
